"""A tiny system with the same command line as the real one, to try the stack without it."""

import http.server
import json
import os
import socket
import sys
import time

from sandbox.stack.terminal import say


def listen(port: int) -> None:
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            server.accept()[0].close()


class Gateway(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()


def main(role: str, *args: str) -> None:
    say(f"{role} has begun")
    if role == "listen":
        listen(int(args[0]))
    if role == "gateway":
        http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GATEWAY_PORT"])), Gateway).serve_forever()
    if role == "service":
        while True:
            time.sleep(0.1)
    if role == "seed":
        print(json.dumps({"staff": [{"email": "a@b.example", "password": "p", "role": "manager", "hotel": "sea"}],
                          "hotels": ["sea"]}))  # fmt: skip
    if role == "walk":
        with open(args[0], encoding="utf-8") as file:
            sys.exit(7 if json.load(file)["hotels"] == ["sea"] else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A webhook receiver: responds with 200 and stores body and signature until a test takes them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WebhookInbox:
    """The received webhooks, in order."""

    def __init__(self) -> None:
        self._webhooks: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        self.url = ""

    def put(self, body: str, signature: str) -> None:
        """Store a webhook."""
        with self._lock:
            self._webhooks.append((body, signature))

    def take(self) -> list[tuple[str, str]]:
        """Remove and return all webhooks."""
        with self._lock:
            taken, self._webhooks = self._webhooks, []
        return taken

    @classmethod
    @contextmanager
    def start(cls) -> Iterator["WebhookInbox"]:
        """Listen on loopback until the block ends."""
        inbox = cls()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                inbox.put(body, self.headers["Stripe-Signature"])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """No output."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        inbox.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield inbox
        server.shutdown()
        server.server_close()

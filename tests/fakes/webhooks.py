"""A letter box for the provider's webhooks: it answers 200 and keeps body and signature until somebody takes them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WebhookBox:
    """What the provider has posted, in order."""

    def __init__(self) -> None:
        self._letters: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        self.url = ""

    def put(self, body: str, signature: str) -> None:
        """Keep one letter."""
        with self._lock:
            self._letters.append((body, signature))

    def take(self) -> list[tuple[str, str]]:
        """All letters, out of the box."""
        with self._lock:
            taken, self._letters = self._letters, []
        return taken

    @classmethod
    @contextmanager
    def start(cls) -> Iterator["WebhookBox"]:
        """A box on loopback for as long as the block runs."""
        box = cls()

        class Slot(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                box.put(body, self.headers["Stripe-Signature"])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Slot)
        box.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield box
        server.shutdown()
        server.server_close()

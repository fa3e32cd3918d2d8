"""RabbitMQ's management API, as far as a migration needs it."""

import base64
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

TIMEOUT = 60  # seconds; the first import makes all quorum queues


class Management:
    """The management API at a URL with an administrator's name and password: `https://user:password@host:15671`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._base = urlunsplit(
            (parts.scheme, parts.netloc.rpartition("@")[2], f"{parts.path.rstrip('/')}/api/", "", "")
        )
        who = f"{unquote(parts.username or 'guest')}:{unquote(parts.password or 'guest')}"
        self._authorization = f"Basic {base64.b64encode(who.encode()).decode()}"

    def hashes(self) -> bool:
        """Whether the broker has `rabbitmq_consistent_hash_exchange`."""
        return any(each["name"] == "x-consistent-hash" for each in self._call("GET", "overview")["exchange_types"])

    def import_definitions(self, document: dict[str, Any]) -> None:
        """Make what the definitions name; nothing is removed."""
        self._call("POST", "definitions", document)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the URL is our own configuration
            self._base + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": self._authorization, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                content = answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(
                f"{method} {path}: {error.code} {error.read()[:500].decode('utf-8', 'replace')}"
            ) from error
        return json.loads(content) if content else None

"""RabbitMQ's management API, as far as a migration needs it."""

import base64
import json
import urllib.error
import urllib.request
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from chassis.messaging.amqp.nodes import in_turn

TIMEOUT = 60  # seconds; the first import makes all quorum queues


class Management:
    """The management API at a URL with an administrator's name and password: `https://user:password@host:15671`.

    The URL may name several nodes. A node that cannot be reached is followed by the next one.
    """

    def __init__(self, url: str) -> None:
        self._nodes = in_turn(url)

    def hashes(self) -> bool:
        """Whether the broker has `rabbitmq_consistent_hash_exchange`."""
        return any(each["name"] == "x-consistent-hash" for each in self._call("GET", "overview")["exchange_types"])

    def import_definitions(self, document: dict[str, Any]) -> None:
        """Make what the definitions name; nothing is removed."""
        self._call("POST", "definitions", document)

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        *others, last = self._nodes
        for node in others:
            with suppress(OSError):
                return _answer(_request(node, method, path, body))
        return _answer(_request(last, method, path, body))


def _request(node: str, method: str, path: str, body: Any) -> urllib.request.Request:
    parts = urlsplit(node)
    base = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], f"{parts.path.rstrip('/')}/api/", "", ""))
    who = f"{unquote(parts.username or 'guest')}:{unquote(parts.password or 'guest')}"
    return urllib.request.Request(  # noqa: S310 - the URL is our own configuration
        base + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Basic {base64.b64encode(who.encode()).decode()}",
            "Content-Type": "application/json",
        },
    )


def _answer(request: urllib.request.Request) -> Any:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            content = answer.read()
    except urllib.error.HTTPError as error:
        what = f"{request.get_method()} {urlsplit(request.full_url).path}"
        raise RuntimeError(f"{what}: {error.code} {error.read()[:500].decode('utf-8', 'replace')}") from error
    return json.loads(content) if content else None

"""An existing RabbitMQ broker, used in a new virtual host where a management URL is given, otherwise as it is."""

import base64
import json
import secrets
import urllib.error
import urllib.request
from types import TracebackType
from typing import Self
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from chassis.messaging.amqp.nodes import node_urls


class ExternalRabbit:
    """An existing broker. With `management_url` (`http://user:password@host:port`), the run gets a new virtual host."""

    console_url: str | None = None

    def __init__(self, amqp_url: str, *, management_url: str | None = None) -> None:
        self._given = amqp_url
        self._management = management_url
        self._vhost: str | None = None

    @property
    def amqp_url(self) -> str:
        if self._vhost is None:
            return self._given
        vhost = f"/{quote(self._vhost, safe='')}"
        return ",".join(urlunsplit(urlsplit(each)._replace(path=vhost)) for each in node_urls(self._given))

    def url_of(self, _user: str) -> str:
        """The URL for every process: users are not made on a given broker."""
        return self.amqp_url

    def alive(self) -> bool:
        return True

    def start(self) -> Self:
        if self._management and self._vhost is None:
            vhost = f"hotelmate-{secrets.token_hex(6)}"
            self._call("PUT", f"vhosts/{vhost}")
            self._vhost = vhost
            user = unquote(urlsplit(node_urls(self._given)[0]).username or "guest")
            everything = {"configure": ".*", "write": ".*", "read": ".*"}
            self._call("PUT", f"permissions/{vhost}/{quote(user, safe='')}", everything)
        return self

    def close(self) -> None:
        """Delete the virtual host with its exchanges and queues."""
        if self._vhost is not None:
            self._call("DELETE", f"vhosts/{self._vhost}")
            self._vhost = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> None:
        parts = urlsplit(node_urls(self._management or "")[0])
        where = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], f"/api/{path}", "", ""))
        who = f"{unquote(parts.username or 'guest')}:{unquote(parts.password or 'guest')}"
        request = urllib.request.Request(  # noqa: S310 - the URL is our own configuration
            where, method=method, data=json.dumps(body or {}).encode(),
            headers={"Authorization": f"Basic {base64.b64encode(who.encode()).decode()}",
                     "Content-Type": "application/json"},
        )  # fmt: skip
        try:
            urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
        except urllib.error.URLError as error:
            raise RuntimeError(f"RabbitMQ's management API: {method} {path}: {error}") from error

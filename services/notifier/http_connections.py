"""Connections to one HTTP server that stay open between calls, directly or through the proxy of the environment."""

import http.client
import ssl
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

MOST_IDLE = 4


class HttpConnections:
    """The connections to a server, each of which carries one call at a time; at most four wait for the next call.

    `timeout`, in seconds, limits each wait for the server. A connection whose call failed is closed, so that its late
    answer is never another call's. No call is repeated here, because the first one may have arrived. `certificates` is
    the file with those that are trusted. A proxy is reached over HTTP; calls to a server with TLS are tunnelled. Raises
    `ValueError` for a proxy that has another scheme, no host or no valid port.
    """

    def __init__(self, scheme: str, host: str, port: int, *, timeout: float, certificates: str) -> None:
        self._host, self._port, self._timeout = host, port, timeout
        self._tls = ssl.create_default_context(cafile=certificates) if scheme == "https" else None
        self._idle: list[http.client.HTTPConnection] = []
        proxy = getproxies().get(scheme)
        self._proxy = urlsplit(proxy) if proxy and not proxy_bypass(host) else None
        if self._proxy and (self._proxy.scheme != "http" or not self._proxy.hostname or self._proxy.port == 0):
            raise ValueError("the proxy of the environment must be http://host:port")
        self._login = _login(self._proxy.username, self._proxy.password or "") if self._proxy else {}

    def post(self, target: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """The status and the text of the server's answer. Raises `OSError` or `HTTPException` where there is none."""
        if self._proxy and not self._tls:
            target, headers = f"http://{self._host}:{self._port}{target}", {**headers, **self._login}
        connection = self._take()
        try:
            connection.request("POST", target, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        except BaseException:
            connection.close()
            raise
        if connection.sock is not None and len(self._idle) < MOST_IDLE:  # the server may close after its answer
            self._idle.append(connection)
        else:
            connection.close()
        return answer.status, text

    def _take(self) -> http.client.HTTPConnection:
        while self._idle:
            connection = self._idle.pop()
            if _is_open(connection, self._timeout):
                return connection
            connection.close()
        return self._made()

    def _made(self) -> http.client.HTTPConnection:
        host, port = self._host, self._port
        if self._proxy:
            host, port = self._proxy.hostname or "", self._proxy.port or http.client.HTTP_PORT
        if not self._tls:
            return http.client.HTTPConnection(host, port, timeout=self._timeout)
        connection = http.client.HTTPSConnection(host, port, timeout=self._timeout, context=self._tls)
        if self._proxy:
            connection.set_tunnel(self._host, self._port, headers=self._login)
        return connection


def _is_open(connection: http.client.HTTPConnection, timeout: float) -> bool:
    """Whether the server has neither closed the idle connection nor sent anything on it."""
    with suppress(OSError):
        # Not `settimeout(0)`, after which eventlet waits in a read over TLS.
        connection.sock.setblocking(False)  # noqa: FBT003
        try:
            connection.sock.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            connection.sock.setblocking(True)  # noqa: FBT003
            connection.sock.settimeout(timeout)
            return True
    return False


def _login(user: str | None, password: str) -> dict[str, str]:
    if not user:
        return {}
    login = b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
    return {"Proxy-Authorization": f"Basic {login}"}

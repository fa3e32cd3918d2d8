"""The HTTP client of Stripe's library: one pool of kept connections, which all green threads share."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import stripe
import urllib3

TIMEOUT = (3.0, 8.0)  # seconds to connect, and to wait for an answer
CONNECTIONS = 32


class PooledHttpClient(stripe.HTTPClient):
    """Sends each request once, over a kept connection to `base`, and follows no redirect.

    The library's own client prepares each request, its proxies and its cookies anew, which costs more than the
    request. As with that client, a proxy for HTTPS is taken from the environment.
    """

    name = "urllib3"

    def __init__(self, base: str, *, timeout: tuple[float, float] = TIMEOUT) -> None:
        super().__init__()
        self._base = base
        self.pool = _pool(base, timeout)

    def request(  # type: ignore[override]  # the library declares text, and decodes bytes
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """The body, status and headers of the answer. Raises `stripe.APIConnectionError` where there is no answer."""
        path = url.removeprefix(self._base)
        try:
            answer = self.pool.urlopen(method.upper(), path, body=post_data, headers=headers, redirect=False)
        except Exception as problem:
            raise stripe.APIConnectionError(f"{type(problem).__name__}: {problem}") from problem  # type: ignore[no-untyped-call]
        return answer.data, answer.status, answer.headers

    def close(self) -> None:
        """Close the idle connections."""
        self.pool.close()


def _pool(base: str, timeout: tuple[float, float]) -> urllib3.HTTPConnectionPool:
    connect, read = timeout
    options: dict[str, Any] = {
        "maxsize": CONNECTIONS,
        "timeout": urllib3.Timeout(connect=connect, read=read),
        "retries": False,
        "ca_certs": stripe.ca_bundle_path,
    }
    parts = urlsplit(base)
    proxy = getproxies().get("https") if parts.scheme == "https" and not proxy_bypass(parts.netloc) else None
    manager = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
    return manager.connection_from_url(base)

"""The proxies in front of the gateway, and the addresses of clients that they forward."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from chassis.observability import logs

FORWARDED = b"x-forwarded-for"

log = logs.logger(__name__)


class TrustedProxies(ProxyHeadersMiddleware):
    """Takes the client's address from `X-Forwarded-For` where a trusted proxy sent the header.

    From any other peer the header is ignored, and a log line says so once: behind a proxy that is not named all clients
    have the proxy's address, and share its limits.
    """

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        super().__init__(app, "*" if "*" in proxies else list(proxies))  # type: ignore[arg-type]
        self._warns = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        """Pass the request on, with the client's own address where that is known."""
        if self._warns and scope["type"] == "http":
            self._warn(scope)
        await super().__call__(scope, receive, send)  # type: ignore[arg-type]

    def _warn(self, scope: Scope) -> None:
        peer, _ = scope["client"] or ("", 0)
        if peer in self.trusted_hosts or all(name != FORWARDED for name, _ in scope["headers"]):
            return
        self._warns = False
        log.warning(
            "forwarded_address_ignored",
            peer=peer,
            hint="if this is your proxy, name it in GATEWAY_TRUSTED_PROXIES; else its clients share one rate limit",
        )

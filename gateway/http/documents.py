"""Large documents that never change: rendered once, outside the event loop, and served with an ETag."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from gateway.app_state import AppState
from gateway.identity.networks import network_of
from gateway.lookups.cache import Cache

ALWAYS = float("inf")
REVALIDATED = "no-cache"


def json_document(render: Callable[[], bytes]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that serves what `render` returns. The limit of public requests holds for each client."""

    async def rendered(_: str) -> tuple[bytes, str]:
        text = await asyncio.to_thread(render)
        return text, f'"{hashlib.sha256(text).hexdigest()[:32]}"'

    cache: Cache[str, tuple[bytes, str]] = Cache(rendered, max_age=ALWAYS)

    async def serve(request: Request) -> Response:
        state: AppState = request.app.state.app_state
        state.rate_limiter.take("public", network_of(request.client.host) if request.client else "")
        text, etag = await cache.get("")
        headers = {"ETag": etag, "Cache-Control": REVALIDATED}
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(text, headers=headers, media_type="application/json")

    return serve

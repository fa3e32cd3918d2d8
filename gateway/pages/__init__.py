"""The pages that the gateway serves: the guest's booking and the staff's board. Plain files; there is no build step.

A page holds no data: its scripts use the same API as every other client. The content security policy allows the
gateway's own origin and the push provider's socket, and nothing else.
"""

from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

import fastapi_offline
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from gateway.app_state import AppState
from gateway.http.documents import json_document
from gateway.http.routing import PlainMount, PlainRoute
from gateway.lookups.realtime import Connection

FOLDER = Path(__file__).resolve().parent
PAGES = {
    "/": "index",
    "/guest": "guest",
    "/guest/{slug}/bookings/{booking_id}": "guest",
    "/staff": "staff",
    "/docs": "docs",
    "/docs/messages": "messages",
}
SWAGGER = Path(fastapi_offline.__file__).parent / "static"
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def pages() -> list[BaseRoute]:
    """Every page, with and without a trailing slash, and the assets that pages load."""
    routes: list[BaseRoute] = [
        PlainMount("/assets/swagger", _Assets(directory=SWAGGER), name="swagger"),
        PlainMount("/assets", _Assets(directory=FOLDER / "assets"), name="assets"),
        PlainRoute("/asyncapi.json", json_document((FOLDER / "asyncapi.json").read_bytes)),
    ]
    for path, name in PAGES.items():
        routes += [
            PlainRoute(spelling, _page(name), name=name) for spelling in dict.fromkeys((path, path.rstrip("/") + "/"))
        ]
    return routes


def policy(connection: Connection | None, *, name: str) -> str:
    """The content security policy of a page with this push connection. Only Swagger UI may set inline styles."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'" if name == "docs" else "style-src 'self'",
            "img-src 'self' data:",
            " ".join(("connect-src 'self'", *_sockets(connection))),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _sockets(connection: Connection | None) -> tuple[str, ...]:
    if connection is None:
        return ()
    scheme = "wss" if connection.secure else "ws"
    if connection.host:
        return (f"{scheme}://{connection.host}:{connection.port}",)
    return (f"{scheme}://ws-{connection.cluster}.pusher.com",)


def _page(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        state: AppState = request.app.state.app_state
        headers = {**HEADERS, "Content-Security-Policy": policy(await state.realtime.for_staff(""), name=name)}
        return HTMLResponse(_text(name), headers=headers)

    return page


@cache
def _text(name: str) -> str:
    return (FOLDER / f"{name}.html").read_text(encoding="utf-8")


class _Assets(StaticFiles):
    """Files that browsers revalidate on each use: the ETag says whether a file has changed."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """The file, or a response 304."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response

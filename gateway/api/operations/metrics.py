"""The metrics for Prometheus."""

import hmac

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gateway.app_state import AppState


async def metrics(request: Request) -> Response:
    """All metrics in Prometheus's text format, for callers with `GATEWAY_METRICS_TOKEN`.

    Where no token is set, the demo answers everybody, and every other mode has no such route.
    """
    state: AppState = request.app.state.app_state
    token = state.settings.metrics_token
    if not token and not state.settings.demo:
        raise HTTPException(404)
    header = request.headers.get("authorization", "").encode("latin-1")
    if token and not hmac.compare_digest(header, f"Bearer {token}".encode()):
        message = "The request needs the metrics token.\n"
        return PlainTextResponse(message, status_code=401, headers={"WWW-Authenticate": "Bearer"})
    return Response(await state.metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

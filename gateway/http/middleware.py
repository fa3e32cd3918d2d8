"""The outermost layer of every request: request id, trace, headers, one log line, a response to every exception."""

import re
import time
import uuid

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.observability import logs, trace
from gateway.http import problems
from gateway.http.routing import OperationRoute

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
LOGGED_AT_DEBUG = {"/livez/", "/readyz/"}
UNMATCHED = "unmatched"
NO_STORE = b"no-store"
NOSNIFF = (b"x-content-type-options", b"nosniff")

log = logs.logger(__name__)


class RequestMiddleware:
    """A middleware in pure ASGI, so that the overhead per request is a few microseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request: set the headers of every response, log one line, and answer an exception."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, traceparent = "", ""
        for name, value in scope["headers"]:
            if name == b"x-request-id":
                request_id = value.decode("latin-1")
            elif name == b"traceparent":
                traceparent = value.decode("latin-1")
        if not REQUEST_ID.fullmatch(request_id):
            request_id = uuid.uuid4().hex
        scope["request_id"] = request_id
        started, status = time.perf_counter(), 0

        with trace.following(traceparent) as current:

            async def send_with_headers(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    message["headers"] = [
                        *message.get("headers", ()),
                        (b"x-request-id", request_id.encode()),
                        (b"traceparent", current.encode()),
                        NOSNIFF,
                    ]
                    _decide_caching(scope, message)
                await send(message)

            try:
                await self._app(scope, receive, send_with_headers)
            except Exception as problem:
                if status:
                    raise
                await problems.problem_response(problem, Request(scope))(scope, receive, send_with_headers)
            finally:
                _record(scope, status, time.perf_counter() - started, request_id)


def _decide_caching(scope: Scope, start: Message) -> None:
    """Forbid storing the response, unless the operation or the response itself says otherwise."""
    route, cache_control = scope.get("route"), NO_STORE
    if isinstance(route, OperationRoute):
        if start["status"] < 400:
            cache_control = route.cache_control
    elif any(name == b"cache-control" for name, _ in start["headers"]):
        return
    start["headers"].append((b"cache-control", cache_control))


def _record(scope: Scope, status: int, seconds: float, request_id: str) -> None:
    """Log one line and count the request. A path can hold codes and addresses, so that its template is logged."""
    route = scope.get("route")
    template = route.operation.path if isinstance(route, OperationRoute) else ""
    write = log.debug if template in LOGGED_AT_DEBUG else log.info
    place = template or getattr(route, "path", UNMATCHED)
    length = {"path_length": len(scope["path"])} if place == UNMATCHED else {}
    write(
        "request",
        method=scope["method"],
        route=place,
        status=status,
        ms=round(seconds * 1000, 2),
        request_id=request_id,
        **length,
    )
    if template and status:
        scope["app"].state.app_state.request_metrics.observe(
            method=scope["method"], route=template, status=status, seconds=seconds
        )

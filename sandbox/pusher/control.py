"""The control API, `/_control/…`: the recorded events, and faults on demand."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.pusher.app_state import PusherAppState
from sandbox.pusher.errors import HttpRefusal
from sandbox.pusher.event_log import EventQuery
from sandbox.pusher.events import parse_object
from sandbox.pusher.faults import ApiFault

LONGEST_WAIT_SECONDS = 60.0


async def events(request: Request) -> JSONResponse:
    """The received events: `?channel=&event=&after=`."""
    return JSONResponse(_state(request).event_log.received(_query(request)))


async def wait(request: Request) -> JSONResponse:
    """Wait for `count` matching events, at most `timeout` seconds; returns the matching events.

    The query is `?channel=&event=&after=&timeout=&count=`.
    """
    timeout = min(_number(request, "timeout", default=10.0), LONGEST_WAIT_SECONDS)
    count = int(_number(request, "count", default=1))
    event_log = _state(request).event_log
    return JSONResponse(await event_log.wait(_query(request), count=count, timeout=timeout))


async def deliveries(request: Request) -> JSONResponse:
    """The frames sent to sockets: `?channel=&event=&after=&socket_id=`."""
    socket_id = request.query_params.get("socket_id")
    event_log = _state(request).event_log
    return JSONResponse(event_log.deliveries(_query(request), socket_id=socket_id))


async def reset(request: Request) -> JSONResponse:
    """Delete all records, faults and outages."""
    _state(request).reset()
    return JSONResponse({})


async def list_faults(request: Request) -> JSONResponse:
    """The remaining faults."""
    return JSONResponse(_state(request).faults.as_json())


async def add_fault(request: Request) -> JSONResponse:
    """Add a fault: `{mode, status, times, seconds}`."""
    faults, body = _state(request).faults, await _body(request)
    try:
        faults.add(ApiFault.parse(body))
    except ValueError as error:
        raise HttpRefusal(400, f"no such fault: {error}") from None
    return JSONResponse(faults.as_json())


async def clear_faults(request: Request) -> JSONResponse:
    """Remove every fault."""
    _state(request).faults.clear()
    return JSONResponse([])


async def disconnect(request: Request) -> JSONResponse:
    """Close every socket with the error `{code}`; without a code, abort the connections."""
    code = (await _body(request)).get("code")
    if code is not None and not (isinstance(code, int) and 4000 <= code <= 4999):
        raise HttpRefusal(400, "code must be 4000 to 4999")
    return JSONResponse({"disconnected": _state(request).channels.close_all(code=code)})


async def refuse_connections(request: Request) -> JSONResponse:
    """Refuse new sockets, or accept them again: `{on, code}`. Without `code`, the refusal is HTTP 503."""
    body = await _body(request)
    outage = _state(request).outage
    outage.refuses_connections = bool(body.get("on", True))
    outage.refusal_code = body.get("code")
    return JSONResponse({"on": outage.refuses_connections, "code": outage.refusal_code})


async def disable(request: Request) -> JSONResponse:
    """Disable the app with `{on: true}`: the API responds with 403, and new sockets get the error 4003."""
    outage = _state(request).outage
    outage.disabled = bool((await _body(request)).get("on", True))
    return JSONResponse({"on": outage.disabled})


def _state(request: Request) -> PusherAppState:
    state: PusherAppState = request.app.state.pusher
    return state


async def _body(request: Request) -> dict[str, Any]:
    body = await request.body()
    return parse_object(body) if body else {}


def _query(request: Request) -> EventQuery:
    return EventQuery(
        channel=request.query_params.get("channel") or None,
        event=request.query_params.get("event") or None,
        after=int(_number(request, "after", default=0)),
    )


def _number(request: Request, name: str, *, default: float) -> float:
    try:
        return float(request.query_params.get(name) or default)
    except ValueError:
        raise HttpRefusal(400, f"{name} must be a number") from None


ROUTES = [
    Route("/_control/events", events),
    Route("/_control/wait", wait),
    Route("/_control/deliveries", deliveries),
    Route("/_control/reset", reset, methods=["POST"]),
    Route("/_control/faults", list_faults),
    Route("/_control/faults", add_fault, methods=["POST"]),
    Route("/_control/faults", clear_faults, methods=["DELETE"]),
    Route("/_control/disconnect", disconnect, methods=["POST"]),
    Route("/_control/refuse_connections", refuse_connections, methods=["POST"]),
    Route("/_control/disable", disable, methods=["POST"]),
]

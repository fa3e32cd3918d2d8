"""The control API, `/_control/…`: what the stand-in remembers, and how to make it misbehave."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.pusher.errors import Refused
from sandbox.pusher.events import parse_object
from sandbox.pusher.faults import Fault
from sandbox.pusher.journal import Query
from sandbox.pusher.world import World

LONGEST_WAIT_SECONDS = 60.0


async def events(request: Request) -> JSONResponse:
    """What was told: `?channel=&event=&after=`."""
    return JSONResponse(_world(request).journal.told(_query(request)))


async def wait(request: Request) -> JSONResponse:
    """The same, as soon as there is something: `…&timeout=&count=`; empty-handed in the end."""
    timeout = min(_number(request, "timeout", default=10.0), LONGEST_WAIT_SECONDS)
    count = int(_number(request, "count", default=1))
    journal = _world(request).journal
    return JSONResponse(await journal.wait(_query(request), count=count, timeout=timeout))


async def deliveries(request: Request) -> JSONResponse:
    """What was sent to whom: `?channel=&event=&after=&socket_id=`."""
    socket_id = request.query_params.get("socket_id")
    journal = _world(request).journal
    return JSONResponse(journal.deliveries(_query(request), socket_id=socket_id))


async def reset(request: Request) -> JSONResponse:
    """Forget everything, faults and refusals included."""
    _world(request).reset()
    return JSONResponse({})


async def list_faults(request: Request) -> JSONResponse:
    """The faults still to come."""
    return JSONResponse(_world(request).faults.as_json())


async def add_fault(request: Request) -> JSONResponse:
    """One more: `{mode, status, times, seconds}`."""
    faults = _world(request).faults
    faults.add(Fault.parse(await _body(request)))
    return JSONResponse(faults.as_json())


async def clear_faults(request: Request) -> JSONResponse:
    """No more faults."""
    _world(request).faults.clear()
    return JSONResponse([])


async def disconnect(request: Request) -> JSONResponse:
    """Drop every socket: `{code}` says how, without one the lines go dead."""
    code = (await _body(request)).get("code")
    if code is not None and not (isinstance(code, int) and 4000 <= code <= 4999):
        raise Refused(400, "code must be 4000 to 4999")
    return JSONResponse({"disconnected": _world(request).hub.hang_up_all(code=code)})


async def refuse_connections(request: Request) -> JSONResponse:
    """Turn new sockets away, `{on, code}`: with HTTP 503, or with a protocol error code."""
    body = await _body(request)
    moods = _world(request).moods
    moods.refuses_connections = bool(body.get("on", True))
    moods.refusal_code = body.get("code")
    return JSONResponse({"on": moods.refuses_connections, "code": moods.refusal_code})


async def disable(request: Request) -> JSONResponse:
    """Disable the app, `{on}`: 403 and 4003."""
    moods = _world(request).moods
    moods.disabled = bool((await _body(request)).get("on", True))
    return JSONResponse({"on": moods.disabled})


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


async def _body(request: Request) -> dict[str, Any]:
    body = await request.body()
    return parse_object(body) if body else {}


def _query(request: Request) -> Query:
    return Query(
        channel=request.query_params.get("channel") or None,
        event=request.query_params.get("event") or None,
        after=int(_number(request, "after", default=0)),
    )


def _number(request: Request, name: str, *, default: float) -> float:
    try:
        return float(request.query_params.get(name) or default)
    except ValueError:
        raise Refused(400, f"{name} must be a number") from None


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

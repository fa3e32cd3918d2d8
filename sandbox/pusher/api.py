"""The HTTP API a server uses: events in, questions about channels, users sent away."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.pusher.errors import Refused
from sandbox.pusher.events import Trigger, parse_batch, parse_event, parse_object
from sandbox.pusher.hub import Hub
from sandbox.pusher.names import Kind, is_channel, is_user_id, kind_of
from sandbox.pusher.signing import verify_request
from sandbox.pusher.world import World

Answer = dict[str, Any]
Handler = Callable[[World, Request], Awaitable[Answer]]
INFO = frozenset({"user_count", "subscription_count"})


async def trigger(world: World, request: Request) -> Answer:
    """`POST events`: one event to some channels; with `info` answers about those channels."""
    event = parse_event(parse_object(await request.body()))
    about = _about(world.hub, event)
    _publish(world.hub, event)
    return {"channels": about} if event.info else {}


async def trigger_batch(world: World, request: Request) -> Answer:
    """`POST batch_events`: up to ten events, each to one channel."""
    events = parse_batch(parse_object(await request.body()))
    about = [_about(world.hub, event).get(event.channels[0], {}) for event in events]
    for event in events:
        _publish(world.hub, event)
    return {"batch": about} if any(event.info for event in events) else {}


async def list_channels(world: World, request: Request) -> Answer:
    """`GET channels`: the occupied ones; `user_count` only with a presence prefix."""
    prefix = request.query_params.get("filter_by_prefix", "")
    wanted = _wanted(request.query_params.get("info"))
    if "user_count" in wanted and kind_of(prefix) is not Kind.PRESENCE:
        raise Refused(400, "user_count needs filter_by_prefix=presence-")
    hub = world.hub
    return {"channels": {name: _info(hub, name, wanted) for name in hub.occupied(prefix=prefix)}}


async def show_channel(world: World, request: Request) -> Answer:
    """`GET channels/{channel}`: whether anybody is there."""
    channel = _channel(request)
    count = world.hub.subscription_count(channel)
    wanted = _wanted(request.query_params.get("info"))
    return {"occupied": count > 0} | _info(world.hub, channel, wanted)


async def list_users(world: World, request: Request) -> Answer:
    """`GET channels/{channel}/users`: who is in a presence channel."""
    channel = _channel(request)
    if kind_of(channel) is not Kind.PRESENCE:
        raise Refused(400, "Users can be retrieved from presence channels only")
    return {"users": [{"id": user_id} for user_id in world.hub.users(channel)]}


async def terminate(world: World, request: Request) -> Answer:
    """`POST users/{id}/terminate_connections`: every socket signed in as the user is closed."""
    user_id = request.path_params["user_id"]
    if not is_user_id(user_id):
        raise Refused(400, f"Invalid user id: {user_id!r}")
    world.hub.terminate(user_id)
    return {}


def _publish(hub: Hub, event: Trigger) -> None:
    hub.publish(event.channels, event.name, event.data, except_socket=event.socket_id)


def _about(hub: Hub, event: Trigger) -> Answer:
    wanted = _wanted(event.info)
    return {channel: _info(hub, channel, wanted) for channel in event.channels} if wanted else {}


def _info(hub: Hub, channel: str, wanted: frozenset[str]) -> Answer:
    info: Answer = {}
    if "user_count" in wanted:
        if kind_of(channel) is not Kind.PRESENCE:
            raise Refused(400, "user_count is for presence channels only")
        info["user_count"] = len(hub.users(channel))
    if "subscription_count" in wanted:
        info["subscription_count"] = hub.subscription_count(channel)
    return info


def _wanted(info: str | None) -> frozenset[str]:
    wanted = frozenset(info.split(",")) if info else frozenset()
    if unknown := wanted - INFO:
        raise Refused(400, f"Unknown info: {', '.join(sorted(unknown))}")
    return wanted


def _channel(request: Request) -> str:
    channel: str = request.path_params["channel"]
    if not is_channel(channel):
        raise Refused(400, f"Invalid channel name: {channel!r}")
    return channel


def _route(path: str, handler: Handler, *, method: str) -> Route:
    async def endpoint(request: Request) -> JSONResponse:
        world: World = request.app.state.world
        settings = world.settings
        if request.path_params.get("app_id", settings.app_id) != settings.app_id:
            raise Refused(404, "App not found")
        verify_request(
            settings,
            method=request.method,
            path=request.url.path,
            query=request.query_params.multi_items(),
            body=await request.body(),
            now=time.time(),
        )
        if world.moods.disabled:
            raise Refused(403, "App disabled")
        return JSONResponse(await handler(world, request))

    return Route(path, endpoint, methods=[method])


ROUTES = [
    _route("/apps/{app_id}/events", trigger, method="POST"),
    _route("/apps/{app_id}/batch_events", trigger_batch, method="POST"),
    _route("/apps/{app_id}/channels", list_channels, method="GET"),
    _route("/apps/{app_id}/channels/{channel}", show_channel, method="GET"),
    _route("/apps/{app_id}/channels/{channel}/users", list_users, method="GET"),
    _route("/apps/{app_id}/users/{user_id}/terminate_connections", terminate, method="POST"),
]

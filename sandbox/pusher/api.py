"""The HTTP API for servers: trigger events, query channels, terminate users' connections."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.pusher.app_state import PusherAppState
from sandbox.pusher.channels import ChannelRegistry
from sandbox.pusher.errors import HttpRefusal
from sandbox.pusher.events import Trigger, parse_batch, parse_event, parse_object
from sandbox.pusher.names import ChannelType, is_channel, is_user_id, kind_of
from sandbox.pusher.signing import verify_request

JsonObject = dict[str, Any]
Handler = Callable[[PusherAppState, Request], Awaitable[JsonObject]]
INFO = frozenset({"user_count", "subscription_count"})


async def trigger(state: PusherAppState, request: Request) -> JsonObject:
    """`POST events`: one event to several channels; with `info`, the response describes those channels."""
    event = parse_event(parse_object(await request.body()))
    infos = _channel_infos(state.channels, event)
    _publish(state.channels, event)
    return {"channels": infos} if event.info else {}


async def trigger_batch(state: PusherAppState, request: Request) -> JsonObject:
    """`POST batch_events`: up to ten events, each to one channel."""
    events = parse_batch(parse_object(await request.body()))
    infos = [_channel_infos(state.channels, event).get(event.channels[0], {}) for event in events]
    for event in events:
        _publish(state.channels, event)
    return {"batch": infos} if any(event.info for event in events) else {}


async def list_channels(state: PusherAppState, request: Request) -> JsonObject:
    """`GET channels`: the occupied channels; `user_count` requires a presence prefix."""
    prefix = request.query_params.get("filter_by_prefix", "")
    info = _parse_info(request.query_params.get("info"))
    if "user_count" in info and kind_of(prefix) is not ChannelType.PRESENCE:
        raise HttpRefusal(400, "user_count needs filter_by_prefix=presence-")
    channels = state.channels
    return {"channels": {name: _info(channels, name, info) for name in channels.occupied(prefix=prefix)}}


async def show_channel(state: PusherAppState, request: Request) -> JsonObject:
    """`GET channels/{channel}`: whether the channel is occupied."""
    channel = _channel(request)
    count = state.channels.subscription_count(channel)
    info = _parse_info(request.query_params.get("info"))
    return {"occupied": count > 0} | _info(state.channels, channel, info)


async def list_users(state: PusherAppState, request: Request) -> JsonObject:
    """`GET channels/{channel}/users`: the users in a presence channel."""
    channel = _channel(request)
    if kind_of(channel) is not ChannelType.PRESENCE:
        raise HttpRefusal(400, "Users can be retrieved from presence channels only")
    return {"users": [{"id": user_id} for user_id in state.channels.users(channel)]}


async def terminate(state: PusherAppState, request: Request) -> JsonObject:
    """`POST users/{id}/terminate_connections`: closes every socket signed in as the user."""
    user_id = request.path_params["user_id"]
    if not is_user_id(user_id):
        raise HttpRefusal(400, f"Invalid user id: {user_id!r}")
    state.channels.terminate(user_id)
    return {}


def _publish(channels: ChannelRegistry, event: Trigger) -> None:
    channels.publish(event.channels, event.name, event.data, except_socket=event.socket_id)


def _channel_infos(channels: ChannelRegistry, event: Trigger) -> JsonObject:
    info = _parse_info(event.info)
    return {channel: _info(channels, channel, info) for channel in event.channels} if info else {}


def _info(channels: ChannelRegistry, channel: str, attributes: frozenset[str]) -> JsonObject:
    info: JsonObject = {}
    if "user_count" in attributes:
        if kind_of(channel) is not ChannelType.PRESENCE:
            raise HttpRefusal(400, "user_count is for presence channels only")
        info["user_count"] = len(channels.users(channel))
    if "subscription_count" in attributes:
        info["subscription_count"] = channels.subscription_count(channel)
    return info


def _parse_info(info: str | None) -> frozenset[str]:
    attributes = frozenset(info.split(",")) if info else frozenset()
    if unknown := attributes - INFO:
        raise HttpRefusal(400, f"Unknown info: {', '.join(sorted(unknown))}")
    return attributes


def _channel(request: Request) -> str:
    channel: str = request.path_params["channel"]
    if not is_channel(channel):
        raise HttpRefusal(400, f"Invalid channel name: {channel!r}")
    return channel


def _route(path: str, handler: Handler, *, method: str) -> Route:
    async def endpoint(request: Request) -> JSONResponse:
        state: PusherAppState = request.app.state.pusher
        settings = state.settings
        if request.path_params.get("app_id", settings.app_id) != settings.app_id:
            raise HttpRefusal(404, "App not found")
        verify_request(
            settings,
            method=request.method,
            path=request.url.path,
            query=request.query_params.multi_items(),
            body=await request.body(),
            now=time.time(),
        )
        if state.outage.disabled:
            raise HttpRefusal(403, "App disabled")
        return JSONResponse(await handler(state, request))

    return Route(path, endpoint, methods=[method])


ROUTES = [
    _route("/apps/{app_id}/events", trigger, method="POST"),
    _route("/apps/{app_id}/batch_events", trigger_batch, method="POST"),
    _route("/apps/{app_id}/channels", list_channels, method="GET"),
    _route("/apps/{app_id}/channels/{channel}", show_channel, method="GET"),
    _route("/apps/{app_id}/channels/{channel}/users", list_users, method="GET"),
    _route("/apps/{app_id}/users/{user_id}/terminate_connections", terminate, method="POST"),
]

"""The request bodies of `POST events` and `POST batch_events`."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.pusher.errors import HttpRefusal
from sandbox.pusher.names import is_channel, is_socket_id
from sandbox.pusher.settings import (
    MAX_CHANNELS_PER_EVENT,
    MAX_DATA_BYTES,
    MAX_EVENT_NAME,
    MAX_EVENTS_PER_BATCH,
)


@dataclass(frozen=True, slots=True)
class Trigger:
    """One validated event for one or more channels."""

    name: str
    channels: tuple[str, ...]
    data: str
    socket_id: str | None
    info: str | None


def parse_object(body: bytes) -> dict[str, Any]:
    """Parse a body that must be a JSON object.

    Raises:
        HttpRefusal: 400.

    """
    try:
        parsed = json.loads(body)
    except ValueError:
        raise HttpRefusal(400, "The body is not JSON") from None
    if not isinstance(parsed, dict):
        raise HttpRefusal(400, "The body must be an object")
    return parsed


def parse_event(body: dict[str, Any]) -> Trigger:
    """The event of `POST events`, which names `channels` or one `channel`.

    Raises:
        HttpRefusal: 413 if the data is over 10 KB, otherwise 400.

    """
    channels = body.get("channels")
    return _trigger(body, [body.get("channel")] if channels is None else channels)


def parse_batch(body: dict[str, Any]) -> list[Trigger]:
    """The events of `POST batch_events`; one invalid event refuses the whole batch.

    Raises:
        HttpRefusal: 413 if an event's data is over 10 KB, otherwise 400.

    """
    batch = body.get("batch")
    if not isinstance(batch, list) or not all(isinstance(event, dict) for event in batch):
        raise HttpRefusal(400, "batch must be a list of events")
    if len(batch) > MAX_EVENTS_PER_BATCH:
        raise HttpRefusal(400, f"Batch too large ({len(batch)} > {MAX_EVENTS_PER_BATCH})")
    return [_trigger(event, [event.get("channel")]) for event in batch]


def _trigger(body: dict[str, Any], channels: object) -> Trigger:
    name, data, info = body.get("name"), body.get("data"), body.get("info")
    socket_id = body.get("socket_id")
    if not isinstance(name, str) or not name:
        raise HttpRefusal(400, "name is missing")
    if len(name) > MAX_EVENT_NAME:
        raise HttpRefusal(400, f"Event name too long ({len(name)} > {MAX_EVENT_NAME})")
    if not isinstance(data, str):
        raise HttpRefusal(400, "data must be a string")
    if (size := len(data.encode())) > MAX_DATA_BYTES:
        raise HttpRefusal(413, f"The data content of this event is {size} bytes, over 10 KB")
    if not isinstance(channels, list) or not channels:
        raise HttpRefusal(400, "channels must be a list of names")
    if len(channels) > MAX_CHANNELS_PER_EVENT:
        raise HttpRefusal(400, f"Too many channels ({len(channels)} > {MAX_CHANNELS_PER_EVENT})")
    for channel in channels:
        if not is_channel(channel):
            raise HttpRefusal(400, f"Invalid channel name: {channel!r}")
    if socket_id is not None and not is_socket_id(socket_id):
        raise HttpRefusal(400, f"Invalid socket id: {socket_id!r}")
    if info is not None and not isinstance(info, str):
        raise HttpRefusal(400, "info must be a string")
    return Trigger(name, tuple(channels), data, socket_id, info)

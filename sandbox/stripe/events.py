"""The events API."""

from __future__ import annotations

from sandbox.stripe import listing
from sandbox.stripe.store import ApiCall, Json, find


def read(call: ApiCall) -> Json:
    return find("event", call.store.events, call.id)


def search(call: ApiCall) -> Json:
    types = call.params.get("types")
    events = call.store.events
    if types:
        events = {key: event for key, event in events.items() if event["type"] in types}
    return listing.page(call, "event", events, url="/v1/events", match=("type",))

"""Events, as they can be read back."""

from __future__ import annotations

from sandbox.stripe import listing
from sandbox.stripe.world import Call, Json, find


def read(call: Call) -> Json:
    return find("event", call.world.events, call.id)


def search(call: Call) -> Json:
    wanted = call.params.get("types")
    events = call.world.events
    if wanted:
        events = {key: event for key, event in events.items() if event["type"] in wanted}
    return listing.page(call, "event", events, url="/v1/events", match=("type",))

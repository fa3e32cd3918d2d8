"""A booking's facts as a stream of server-sent events: what was missed first, then each as it happens.

A fact on the bus only wakes the stream, which then asks bookings for what is new. So the stream tells the same as the
feed, in order and without a gap, also after an outage; and it ends where the token does.
"""

from collections.abc import AsyncIterator, Iterator

from starlette.responses import StreamingResponse

from chassis import codec
from chassis.refusal import Refusal, Unavailable
from contracts.bookings import Feed, GetFeed
from gateway.api.bookings.feed import feed_event
from gateway.http.request import ApiRequest

MEDIA_TYPE = "text/event-stream"
HEARTBEAT = b": still here\n\n"
COME_BACK = b"retry: 1000\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def facts(request: ApiRequest, after: int) -> Feed:
    """The booking's facts after that number."""
    return await request.ask(GetFeed(hotel=request.hotel, booking_id=request.booking_id, after=after))


async def streamed(request: ApiRequest, *, after: int) -> StreamingResponse:
    """The stream from that number on; refused as `GetFeed` is before anything is sent."""
    await facts(request, after)
    return StreamingResponse(_told(request, after), media_type=MEDIA_TYPE, headers=HEADERS)


def started_after(last_event_id: str | None, after: int) -> int:
    """Where a client that comes back goes on."""
    known = last_event_id or ""
    return int(known) if known.isdecimal() and len(known) <= 9 else after


async def _told(request: ApiRequest, last: int) -> AsyncIterator[bytes]:
    tools = request.app_state
    yield COME_BACK
    with tools.bus.subscribe(request.booking_id) as hearing:
        behind = True
        while not tools.stopping.is_set():
            if behind:
                hearing.drain()
                try:
                    found = await facts(request, last)
                except Refusal:
                    return
                except Unavailable:
                    behind = False
                    continue
                for event, number in _new(request, found, last):
                    last = number
                    yield event
                behind = bool(found.events) and last < found.last_sequence
                continue
            fact = await hearing.next(within=tools.settings.heartbeat_seconds)
            if fact is None:
                yield HEARTBEAT
            behind = fact is None or fact.sequence > last


def _new(request: ApiRequest, found: Feed, last: int) -> Iterator[tuple[bytes, int]]:
    for item in found.events:
        if item.sequence > last:
            event = codec.encode(feed_event(item, names=request.caller.kind == "staff"))
            yield b"id: %d\ndata: %s\n\n" % (item.sequence, event), item.sequence

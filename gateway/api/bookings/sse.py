"""The events of a booking as server-sent events: first those that the client missed, then each new event.

An event on the bus only wakes the stream, which then reads the feed from the bookings service. So the stream has the
events of the feed, in order and without a gap, also after an outage. The stream ends when the reader's token is no
longer valid.
"""

from collections.abc import AsyncIterator, Iterator

from starlette.responses import StreamingResponse

from chassis import codec
from chassis.refusal import Refusal, Unavailable
from contracts.bookings.queries import GetFeed
from contracts.bookings.views import Feed
from gateway.api.bookings.responses import feed_event
from gateway.http.request import ApiRequest

MEDIA_TYPE = "text/event-stream"
HEARTBEAT = b": still here\n\n"
RECONNECT = b"retry: 1000\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def read_feed(request: ApiRequest, after: int) -> Feed:
    """The booking's events after the sequence number `after`, oldest first."""
    return await request.ask(request.for_path(GetFeed, after=after))


async def stream(request: ApiRequest, *, after: int) -> StreamingResponse:
    """The stream of events after the sequence number `after`. Raises a refusal of `GetFeed` before the start."""
    await read_feed(request, after)
    return StreamingResponse(_events(request, after), media_type=MEDIA_TYPE, headers=HEADERS)


def resume_after(last_event_id: str | None, after: int) -> int:
    """The sequence number to resume after: the `Last-Event-ID` header if it is valid, else `after`."""
    header = last_event_id or ""
    return int(header) if header.isdecimal() and len(header) <= 9 else after


async def _events(request: ApiRequest, last: int) -> AsyncIterator[bytes]:
    state = request.app_state
    yield RECONNECT
    with state.bus.subscribe(request.booking_id) as subscription:
        behind = True
        while not state.stopping.is_set():
            if behind:
                subscription.drain()
                try:
                    feed = await read_feed(request, last)
                except Refusal:
                    return
                except Unavailable:
                    behind = False
                    continue
                for event, number in _encoded(request, feed, last):
                    last = number
                    yield event
                behind = bool(feed.events) and last < feed.last_sequence
                continue
            published = await subscription.next(within=state.settings.heartbeat_seconds)
            if published is None:
                yield HEARTBEAT
            behind = published is None or published.sequence > last


def _encoded(request: ApiRequest, feed: Feed, last: int) -> Iterator[tuple[bytes, int]]:
    for item in feed.events:
        if item.sequence > last:
            event = codec.encode(feed_event(item, request.caller.kind))
            yield b"id: %d\ndata: %s\n\n" % (item.sequence, event), item.sequence

"""The events of a booking as server-sent events: first those that the client missed, then each new event.

The client's own token reads what was missed; the feed that all streams of the booking share has the rest. The stream
ends when the token is no longer valid.
"""

from collections.abc import AsyncIterator, Iterable, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from chassis import codec
from chassis.refusal import Refusal, Unavailable
from contracts.bookings.queries import GetFeed
from contracts.bookings.views import Feed, FeedItem
from gateway.api.bookings.responses import feed_event
from gateway.app_state import AppState
from gateway.http.request import ApiRequest
from gateway.http.views import staff_in
from gateway.identity.admission import parse_authorization
from gateway.streams.stream import EventStream, FeedEntry, StreamToken

MEDIA_TYPE = "text/event-stream"
HEARTBEAT = b": still here\n\n"
RECONNECT = b"retry: 1000\n\n"
REPLACED = b": a newer stream of this token takes the place of this one\nretry: 30000\n\n"
HEADERS = {"X-Accel-Buffering": "no"}


async def read_feed(request: ApiRequest, after: int) -> Feed:
    """The booking's events after the sequence number `after`, oldest first."""
    return await request.ask(request.for_path(GetFeed, after=after))


async def names_in(request: ApiRequest, items: Iterable[FeedItem]) -> Mapping[str, str] | None:
    """The names of the staff in these events, by id; None for a guest."""
    if request.caller.kind != "staff":
        return None
    return await request.names_of({each for item in items for each in staff_in(item.data)})


async def stream(request: ApiRequest, *, after: int) -> StreamingResponse:
    """The stream of events after the sequence number `after`.

    Raises a refusal of `GetFeed` before the start, and `RATE_LIMITED` where too many streams are open.
    """
    feed = await read_feed(request, after)
    kind, text = parse_authorization(request.authorization)
    token = StreamToken(kind=kind, text=text)
    opened = EventStream(token, hotel=request.hotel, booking_id=request.booking_id, context=request.context)
    request.app_state.streams.open(opened)
    return EventStreamResponse(_events(request, opened, feed, after), opened, request.app_state)


def resume_after(last_event_id: str | None, after: int) -> int:
    """The sequence number to resume after: the `Last-Event-ID` header if it is valid, else `after`."""
    header = last_event_id or ""
    return int(header) if header.isdecimal() and len(header) <= 9 else after


class EventStreamResponse(StreamingResponse):
    """The response that sends a stream, and closes the stream at its end."""

    def __init__(self, events: AsyncIterator[bytes], opened: EventStream, state: AppState) -> None:
        super().__init__(events, media_type=MEDIA_TYPE, headers=HEADERS)
        self._opened = opened
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream until the stream ends or the client leaves."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._state.streams.close(self._opened)


async def _events(request: ApiRequest, opened: EventStream, feed: Feed, last: int) -> AsyncIterator[bytes]:
    yield RECONNECT
    shared = request.app_state.streams.join(opened, position=feed.last_sequence)
    while True:
        for item in feed.events:
            if item.sequence > last and not opened.ended:
                last = item.sequence
                yield await _encoded(request, FeedEntry(item))
        if opened.ended or not ((feed.events and last < feed.last_sequence) or feed.last_sequence < shared.position):
            break
        try:
            feed = await read_feed(request, last)
        except (Refusal, Unavailable):
            return
    while not opened.ended:
        entry = await opened.next(within=request.app_state.settings.heartbeat_seconds)
        if entry is None:
            yield HEARTBEAT
        elif entry.item.sequence > last:
            last = entry.item.sequence
            yield await _encoded(request, entry)
    if opened.replaced:
        yield REPLACED


async def _encoded(request: ApiRequest, entry: FeedEntry) -> bytes:
    reader = request.caller.kind
    if reader not in entry.encoded:
        event = codec.encode(feed_event(entry.item, await names_in(request, [entry.item])))
        entry.encoded[reader] = b"id: %d\ndata: %s\n\n" % (entry.item.sequence, event)
    return entry.encoded[reader]

"""All open event streams of this process: how many there may be, and their end when their tokens end."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from chassis.observability import logs
from chassis.refusal import Refusal
from contracts.bookings.guest_access import FindEndedGuestTokens, GuestToken
from contracts.values import Context
from gateway.bus.port import Bus
from gateway.settings import GatewaySettings
from gateway.streams.shared_feed import SharedFeed
from gateway.streams.stream import EventStream, StreamToken

MAX_PER_TOKEN = 4
MAX_STREAMS = 2_000
CHECK_EVERY = 2.0  # seconds
CHECK_WITHIN = 2.0
UNCHECKED_FOR = 3.0  # seconds for which a stream of staff goes on while the accounts cannot be read
TOKENS_PER_ASK = 500
RETRY_AFTER = 5

EndedTokens = Callable[[Collection[str]], Awaitable[Collection[str]]]

log = logs.logger(__name__)


class OpenStreams:
    """Opens and ends event streams. `ended_staff_tokens` returns those of the given tokens that are no longer valid.

    The number of streams is limited where rate limits are on. The tokens of all streams are checked every two seconds,
    so that streams end within five seconds of their token, at whichever gateway the token was ended.
    """

    def __init__(
        self, bus: Bus, settings: GatewaySettings, *, ended_staff_tokens: EndedTokens, stopping: asyncio.Event
    ) -> None:
        self._bus = bus
        self._settings = settings
        self._ended_staff_tokens = ended_staff_tokens
        self._stopping = stopping
        self._by_token: dict[StreamToken, dict[EventStream, None]] = {}
        self._feeds: dict[str, tuple[SharedFeed, asyncio.Task[None]]] = {}
        self._watch: asyncio.Task[None] | None = None
        self._staff_checked_at = 0.0

    def __len__(self) -> int:
        return sum(map(len, self._by_token.values()))

    def open(self, stream: EventStream) -> None:
        """Count the stream as open, until `close`. A fifth stream of a token ends the token's oldest stream.

        Refused `RATE_LIMITED` where the process has too many streams.
        """
        if self._settings.limits:
            streams = self._by_token.get(stream.token, {})
            if len(streams) >= MAX_PER_TOKEN:
                self._end(next(iter(streams)), replaced=True)
            if len(self) >= MAX_STREAMS:
                raise Refusal("RATE_LIMITED", "Too many event streams are open.", retry_after=RETRY_AFTER)
        self._by_token.setdefault(stream.token, {})[stream] = None
        if self._watch is None or self._watch.done():
            self._staff_checked_at = asyncio.get_running_loop().time()
            self._watch = asyncio.get_running_loop().create_task(self._check_tokens())

    def close(self, stream: EventStream) -> None:
        """Count the stream as open no longer; its booking's feed is not read for it any more."""
        self._forget(stream)
        if stream.booking_id in self._feeds:
            feed, task = self._feeds[stream.booking_id]
            feed.streams.pop(stream, None)
            if not feed.streams:
                self._feeds.pop(stream.booking_id)
                task.cancel()

    def join(self, stream: EventStream, *, position: int) -> SharedFeed:
        """Deliver the booking's events to the stream from now on.

        `position` is the sequence number that the stream's client has read to. The stream misses events where the
        feed's position is beyond that: the client reads these itself.
        """
        feed, task = self._feeds.get(stream.booking_id, (None, None))
        if feed is None or task is None or task.done():
            feed = SharedFeed(
                self._bus, self._settings, booking_id=stream.booking_id, position=position, stopping=self._stopping
            )
            task = asyncio.get_running_loop().create_task(feed.run())
            self._feeds[stream.booking_id] = feed, task
        feed.streams[stream] = None
        return feed

    def _end(self, stream: EventStream, *, replaced: bool = False) -> None:
        stream.end(replaced=replaced)
        self.close(stream)

    def _forget(self, stream: EventStream) -> None:
        streams = self._by_token.get(stream.token, {})
        streams.pop(stream, None)
        if not streams:
            self._by_token.pop(stream.token, None)

    def _end_all(self, tokens: Collection[StreamToken]) -> None:
        for token in tokens:
            for stream in list(self._by_token.get(token, ())):
                self._end(stream)

    async def _check_tokens(self) -> None:
        while self._by_token:
            await asyncio.sleep(CHECK_EVERY)
            await asyncio.gather(self._check_staff(), self._check_guests())

    async def _check_staff(self) -> None:
        """End the streams of ended tokens of staff; of all, where the accounts cannot be read for too long."""
        tokens = [token for token in self._by_token if token.kind == "staff"]
        clock = asyncio.get_running_loop().time
        try:
            if tokens:
                async with asyncio.timeout(CHECK_WITHIN):
                    ended = await self._ended_staff_tokens([token.text for token in tokens])
                self._end_all([StreamToken(kind="staff", text=text) for text in ended])
            self._staff_checked_at = clock()
        except Exception as problem:
            log.warning("tokens_unchecked", kind="staff", why=_reason(problem))
            if clock() - self._staff_checked_at > UNCHECKED_FOR:
                self._end_all(tokens)

    async def _check_guests(self) -> None:
        """End the streams of ended tokens of guests. Without the bookings service nothing is sent, nor checked."""
        streams = [next(iter(each)) for token, each in self._by_token.items() if token.kind == "guest"]
        try:
            for start in range(0, len(streams), TOKENS_PER_ASK):
                some = streams[start : start + TOKENS_PER_ASK]
                query = FindEndedGuestTokens(tokens=tuple(map(_guest_token, some)))
                reply, _ = await self._bus.ask(query, Context(), deadline=CHECK_WITHIN)
                self._end_all([some[position].token for position in reply.positions])
        except Exception as problem:
            log.warning("tokens_unchecked", kind="guest", why=_reason(problem))


def _guest_token(stream: EventStream) -> GuestToken:
    return GuestToken(hotel=stream.hotel, booking_id=stream.booking_id, token=stream.token.text)


def _reason(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:200]

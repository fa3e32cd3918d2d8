"""Nameko entrypoints of our own, because the stock ones lose, loop or repeat messages (ADR 3).

Each acknowledges after the commit, ends what is in flight when asked to stop, and lives through outages.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from nameko.extensions import Entrypoint
from pika.adapters.blocking_connection import BlockingChannel

from chassis import codec, logs, wire
from chassis.deliveries import UNREADABLE, Delivery, dispose
from chassis.doors import Every
from chassis.errands import Errands
from chassis.hearing import Fate, Outcome
from chassis.line import Line
from chassis.providers import Machinery
from chassis.refusal import Refusal, Unavailable
from chassis.transact import is_outage

log = logs.logger(__name__)

GRACE = 8.0
BATCH = 100
OUTAGE_PAUSE = 0.5


class _OnALine(Entrypoint):  # type: ignore[misc]
    """An entrypoint that consumes from the broker, and knows what it still owes the current channel.

    What is owed is bound to its channel: when that is lost, the broker gives those messages to somebody again, and
    nothing that was handed over for it may be waited for.
    """

    def __init__(self, amqp_url: str, **kwargs: Any) -> None:
        self._url = amqp_url
        self._owed: set[int] = set()
        self._stopping = False
        self._channel: BlockingChannel | None = None
        self._line: Line
        super().__init__(**kwargs)

    def setup(self) -> None:
        name = f"{self.container.service_name}-{self.method_name}"
        self._line = Line(self._url, name, on_open=self.opened, on_lost=self.lost)

    def start(self) -> None:
        self._line.start()

    def stop(self) -> None:
        """Take nothing new, let what is in flight end and be acknowledged, then let go."""
        self._stopping = True
        self._line.hand(lambda: self._channel.cancel() if self._channel else None)
        until = time.monotonic() + GRACE
        while self._owed and time.monotonic() < until:
            time.sleep(0.01)
        self._line.stop()

    def opened(self, channel: BlockingChannel) -> None:
        """A new channel is there: consume."""
        raise NotImplementedError

    def _is_current(self, channel: BlockingChannel) -> bool:
        current: Any = self._channel
        return current is channel and bool(current.is_open)

    def lost(self) -> None:
        """The channel is gone; the broker gives what was not acknowledged to somebody again."""
        self._channel = None
        self._owed.clear()


class Asks(_OnALine):
    """Answers asks over nameko's RPC protocol, several at once."""

    expected_exceptions = (Refusal,)

    def __init__(self, amqp_url: str, workers: int) -> None:
        self._workers = workers
        super().__init__(amqp_url, expected_exceptions=(Refusal,))

    def opened(self, channel: BlockingChannel) -> None:
        wire.declare(channel)
        channel.basic_qos(prefetch_count=self._workers)
        channel.basic_consume(wire.asks_queue(self.container.service_name), self._received)
        self._channel = channel

    def _received(self, channel: BlockingChannel, method: Any, properties: Any, body: bytes) -> None:
        deadline = (properties.headers or {}).get("deadline")
        if self._stopping:  # somebody else's then: a copy, because what is given back counts as begun before
            channel.basic_publish("", wire.asks_queue(self.container.service_name), body, properties)
            channel.basic_ack(method.delivery_tag)
            return
        if deadline and time.time() * 1000 > deadline:
            channel.basic_ack(method.delivery_tag)
            return
        self._owed.add(method.delivery_tag)

        def answered(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            self._reply(channel, method.delivery_tag, properties, result, exc_info)
            return None, None

        try:
            kwargs = codec.decode(body)["kwargs"]
            asked = (method.routing_key.split(".", 1)[1], kwargs.get("message", {}), kwargs.get("context", {}))
            if method.redelivered and not _machinery_of(self.container).answering.may_repeat(asked[0], asked[2]):
                raise Unavailable("it was begun before, and nobody knows how it ended")
        except (ValueError, KeyError, IndexError) as problem:
            self._fail(channel, method.delivery_tag, properties, Refusal("INVALID_MESSAGE", str(problem)))
            return
        except Unavailable as problem:
            self._fail(channel, method.delivery_tag, properties, problem)
            return
        self.container.spawn_worker(self, asked, {}, handle_result=answered)

    def _fail(self, channel: BlockingChannel, tag: int, asked: Any, problem: Exception) -> None:
        self._reply(channel, tag, asked, None, (type(problem), problem, None))

    def _reply(self, channel: BlockingChannel, tag: int, asked: Any, answer: Any, exc_info: Any) -> None:
        headers = {"replayed": True} if answer is not None and answer.replayed else None
        if exc_info:
            problem = exc_info[1]
            if is_outage(problem):
                log.warning("ask_unanswered", why=str(problem).splitlines()[0][:200])
            elif not isinstance(problem, Refusal):
                log.error("ask_failed", why=repr(problem)[:300], exc_info=exc_info)
            body = wire.error_body(problem)
        else:
            body = wire.reply_body(answer.reply)

        def send() -> None:
            if not self._is_current(channel):
                return
            self._owed.discard(tag)
            if asked.reply_to:
                channel.basic_publish(wire.ASKS, asked.reply_to, body, wire.reply_properties(asked, headers))
            channel.basic_ack(tag)

        self._line.hand(send)


class Events(_OnALine):
    """Hears events in order: while one batch is being applied, the next gathers."""

    def __init__(self, amqp_url: str) -> None:
        self._gathered: deque[Delivery] = deque()
        self._confirming: BlockingChannel | None = None
        super().__init__(amqp_url)

    def opened(self, channel: BlockingChannel) -> None:
        wire.declare(channel)
        self._confirming = channel.connection.channel()
        self._confirming.confirm_delivery()
        channel.basic_qos(prefetch_count=2 * BATCH)
        channel.basic_consume(wire.inbox(self.container.service_name), self._received)
        self._channel = channel

    def lost(self) -> None:
        super().lost()
        self._gathered.clear()

    def _received(self, _: Any, method: Any, properties: Any, body: bytes) -> None:
        self._gathered.append(Delivery.received(method.delivery_tag, properties, body))
        self._next()

    def _next(self) -> None:
        if self._owed or self._stopping or not self._gathered or self._channel is None:
            return
        channel = self._channel
        batch = [self._gathered.popleft() for _ in range(min(BATCH, len(self._gathered)))]
        self._owed.add(batch[-1].tag)

        def applied(worker_ctx: Any, outcomes: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info:
                log.error("batch_broke", exc_info=exc_info)
            self._line.hand(lambda: self._finish(channel, batch, outcomes))
            return None, None

        wanted = lambda: channel is self._channel and not self._stopping  # noqa: E731
        self.container.spawn_worker(self, (batch, wanted), {}, handle_result=applied)

    def _finish(self, channel: BlockingChannel, batch: Sequence[Delivery], outcomes: Sequence[Outcome] | None) -> None:
        if not self._is_current(channel) or self._confirming is None:
            return
        self._owed.discard(batch[-1].tag)
        if outcomes is None:  # nobody knows: let the broker bring them again
            channel.basic_nack(batch[-1].tag, multiple=True)
        else:
            dispose(self.container.service_name, channel, self._confirming, batch, outcomes)
        self._next()


def apply_patiently(machinery: Machinery, batch: Sequence[Delivery], wanted: Any) -> list[Outcome] | None:
    """Apply a batch, waiting out outages for as long as the deliveries are ours; None when they no longer are."""
    readable = [delivery.envelope for delivery in batch if delivery.envelope]
    while True:
        applied = iter(machinery.hearing.apply(readable) if readable else [])
        outcomes = [next(applied) if delivery.envelope else UNREADABLE for delivery in batch]
        down = [outcome for outcome in outcomes if outcome.fate is Fate.OUTAGE]
        if not down:
            return outcomes
        log.warning("waiting_out_an_outage", why=down[0].why)
        time.sleep(OUTAGE_PAUSE)
        if not wanted():
            return None


class _Loop(Entrypoint):  # type: ignore[misc]
    """An entrypoint that runs workers of its own accord until stopped."""

    def __init__(self, **kwargs: Any) -> None:
        self._stopping = threading.Event()
        self._idle = threading.Event()
        super().__init__(**kwargs)

    def start(self) -> None:
        self.container.spawn_managed_thread(self._forever, identifier=f"{type(self).__name__}.{self.method_name}")

    def stop(self) -> None:
        """Begin nothing new; nameko waits for the worker in flight."""
        self._stopping.set()
        self.nudge()
        self._idle.wait(GRACE)

    def nudge(self) -> None:
        """Cut the current pause short."""

    def _forever(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self.turn()
                except Exception as problem:
                    log.warning("loop_failed", loop=self.method_name, why=repr(problem)[:200])
                    self._stopping.wait(1)
        finally:
            self._idle.set()

    def turn(self) -> None:
        """One round, its pause included."""
        raise NotImplementedError

    def work(self, *args: Any) -> Any:
        """Run one worker and wait for what it returns."""
        done = threading.Event()
        kept: list[Any] = []

        def ended(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            kept.extend((result, exc_info))
            done.set()
            return None, None

        self.container.spawn_worker(self, args, {}, handle_result=ended)
        done.wait()
        if kept[1]:
            raise kept[1][1]
        return kept[0]


class Ticks(_Loop):
    """Does what is due every so many seconds, one row a transaction, until nothing is."""

    def __init__(self, door: Every) -> None:
        self._door = door
        super().__init__()

    def turn(self) -> None:
        while not self._stopping.is_set() and self.work():
            pass
        self._stopping.wait(self._door.seconds)


class Calls(_Loop):
    """Runs one kind of errand: woken when one is owed, and every second besides."""

    POLL = 1.0

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._wake = threading.Event()
        self._running = 0
        super().__init__()

    def nudge(self) -> None:
        self._wake.set()

    def bound_to(self, machinery: Machinery) -> Errands:
        """All errands of the kind; from now on a commit that owes one wakes this loop."""
        if self._wake not in machinery.wakes:
            machinery.wakes.append(self._wake)
        return machinery.errands[self._kind]

    def turn(self) -> None:
        self._wake.clear()
        while not self._stopping.is_set():
            errands = self.bound_to(_machinery_of(self.container))
            at_once = 1 if errands.door.ordered else errands.door.at_once
            due = errands.claim() if self._running < at_once else []
            if not due:
                break
            self._running += 1
            self.container.spawn_worker(self, (due,), {}, handle_result=self._ended)
        self._wake.wait(self.POLL)

    def stop(self) -> None:
        super().stop()
        until = time.monotonic() + GRACE
        while self._running and time.monotonic() < until:
            time.sleep(0.01)

    def _ended(self, worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        self._running -= 1
        if exc_info:
            log.error("errand_broke", kind=self._kind, exc_info=exc_info)
        self._wake.set()
        return None, None


def _machinery_of(container: Any) -> Machinery:
    machinery: Machinery = next(d for d in container.dependencies if d.attr_name == "machinery").machinery
    return machinery

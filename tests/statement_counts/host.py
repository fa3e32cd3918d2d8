"""The services as their host runs them, one thing after the other: asks, events, job loops, timers and relays."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from unittest.mock import patch

import sqlalchemy as sa

from chassis.messaging.event_dispatcher import Disposition
from chassis.service import Timer
from chassis.transactions import job_queue, renewal
from chassis.transactions.unit_of_work import SYSTEM_CONTEXT
from contracts.catalogue import SUBSCRIPTIONS
from contracts.message import Ask, Envelope
from contracts.payments.webhooks import StoreWebhook
from contracts.values import Context
from tests.conversations.conftest import PlatformFixture
from tests.fakes.roles import relay_url
from tests.statement_counts.hosted_service import HostedService, StartedWorker, plain
from tests.statement_counts.recorder import StatementRecorder
from tests.statement_counts.relay import CountedRelay

Reply = TypeVar("Reply")

PROMPT = 1.0  # seconds: timers that look as often act on what an operation left; the others survey from time to time
_MAKE_HOLDS_DUE = sa.text("UPDATE hold SET check_at = now() WHERE check_at IS NOT NULL")


class CountedHost:
    """All services; `recorder` records what they execute. Their clock stands still, but for `let_pass`."""

    def __init__(self, fixture: PlatformFixture, loop: asyncio.Runner) -> None:
        self.fixture = fixture
        self.recorder = StatementRecorder()
        self.services = {
            name: HostedService(each, self.ask_from_service, self.recorder)
            for name, each in fixture.platform.services.items()
        }
        self._held_back: dict[str, list[Envelope]] = {name: [] for name in self.services}
        self._now = datetime.now(UTC).replace(microsecond=500_000)
        for service in self.services.values():
            service.runtime.unit_of_work.now = self.now  # type: ignore[assignment,method-assign]
        self._relays = {
            name: CountedRelay(name, plain(relay_url(each.engine.url)), self.recorder, loop)
            for name, each in fixture.platform.services.items()
        }

    def set_clock(self) -> None:
        """Set the services' clock to the provider's, to the middle of a second that no earlier operation had."""
        self._now = max(datetime.now(UTC).replace(microsecond=500_000), self._now + timedelta(seconds=5))

    def now(self) -> datetime:
        """The services' time, UTC."""
        return self._now

    def ask(self, message: Ask[Reply], context: Context | None = None) -> Reply:
        """Send an ask as the gateway does."""
        with self.recorder.doing(f"ask {type(message).__name__}"):
            return self.fixture.platform.ask(message, context)

    def ask_from_service(self, message: Ask[Any], context: Context) -> Any:
        """Send an ask from one service to another."""
        with self.recorder.doing(f"ask {type(message).__name__}"):
            return self.fixture.platform.ask_from_service(message, context)

    def finish(self, *, every_timer: bool = False) -> None:
        """Do everything that follows, with what is due after two seconds, and the check of a hold after a minute."""
        self.run_until_idle()
        with self.recorder.paused(), self.services["bookings"].instance.engine.begin() as connection:
            connection.execute(_MAKE_HOLDS_DUE)
        self.let_pass(timedelta(seconds=2), every_timer=every_timer)

    def let_pass(self, delta: timedelta, *, every_timer: bool = False) -> None:
        """Do what is due when so much time has passed; the provider does not notice."""
        self._now += delta
        self.poll()
        for service in self.services.values():
            for timer in service.instance.service.timers:
                if every_timer or timer.seconds <= PROMPT:
                    self._tick(service, timer)

    def run_until_idle(self) -> None:
        """Do what commits have caused, until nothing is left; webhooks come when all else is done."""
        while True:
            while self._step():
                pass
            self.fixture.stripe.wait_until_delivered()
            webhooks = sorted(self.fixture.webhooks.take(), key=lambda webhook: str(json.loads(webhook[0])["type"]))
            for body, signature in webhooks:
                self.ask(StoreWebhook(body=body, signature=signature))
            if not webhooks:
                return

    def poll(self) -> None:
        """Have every job loop look for jobs that have become due; a look that finds none is not counted."""
        for service in self.services.values():
            for loop in service.loops.values():
                with self.recorder.apart() as recording, self.recorder.doing(f"poll {loop._kind}"):
                    loop.wake()
                    loop.start_workers()
                if service.workers:
                    self.recorder.add(recording)
                self.run_until_idle()

    def close(self) -> None:
        """Close all connections."""
        for relay in self._relays.values():
            relay.close()
        for service in self.services.values():
            service.runtime.unit_of_work.engine.dispose()
            service.runtime.unit_of_work.reading.dispose()

    def _step(self) -> bool:
        """Do one thing; what was held back is applied when all else is done."""
        return self._act() or self._apply_held_back()

    def _act(self) -> bool:
        for service in self.services.values():
            if loop := service.woken:
                with self.recorder.doing(f"claim {loop._kind}"):
                    loop.start_workers()
                return True
        for service in self.services.values():
            if service.name in self.recorder.outboxes and service.publishes():
                with self.recorder.doing("relay"):
                    events = self._relays[service.name].publish()
                self.recorder.outboxes.discard(service.name)
                self._deliver(service.name, events)
                return True
        for service in self.services.values():
            if service.workers:
                self._work(service, service.workers.popleft())
                return True
        return False

    def _deliver(self, source: str, events: list[Envelope]) -> None:
        for listener in (name for name in self.services if source in SUBSCRIPTIONS[name]):
            self._held_back[listener] += events
            if any(map(self.services[listener].runtime.event_dispatcher.has_handler, events)):
                self._apply(listener)

    def _apply_held_back(self) -> bool:
        """Apply what no service wanted, as the consumer does when no event with a handler has come for a while."""
        waiting = [listener for listener, events in self._held_back.items() if events]
        for listener in waiting:
            self._apply(listener)
        return bool(waiting)

    def _apply(self, listener: str) -> None:
        events, self._held_back[listener] = self._held_back[listener], []
        names = ", ".join(event.type.split(".")[1] for event in events)
        with self.recorder.doing(f"apply {names}"):
            outcomes = self.services[listener].runtime.event_dispatcher.apply(events)
        bad = [outcome for outcome in outcomes if outcome.disposition is not Disposition.APPLIED]
        assert not bad, f"{listener} could not apply its events: {bad}"

    def _work(self, service: HostedService, worker: StartedWorker) -> None:
        with self.recorder.doing(f"job {worker.kind}"):
            result = service.runtime.job_runners[worker.kind].run(worker.leased)
        assert result, f"a job {worker.kind} failed"
        worker.ended(None, result, None)

    def _tick(self, service: HostedService, timer: Timer) -> None:
        """Run a timer's step until it returns False; a step that changed nothing and returned False is not counted."""
        more = True
        while more:
            with self.recorder.apart() as recording, self.recorder.doing(f"timer {timer.name}"):
                if timer.converses:
                    more = bool(timer.step(service.runtime.conversation()))
                else:
                    with service.runtime.unit_of_work.begin(SYSTEM_CONTEXT) as work:
                        more = bool(timer.step(work))
            if more or recording.wrote:
                self.recorder.add(recording)
            self.run_until_idle()


@contextmanager
def counted_host(fixture: PlatformFixture) -> Iterator[CountedHost]:
    """The host of a platform, until the block ends. No lease ends or is renewed: that depends on how long jobs take."""
    endless = patch.object(job_queue, "LEASE", timedelta(hours=1))
    with asyncio.Runner() as loop, endless, patch.object(renewal, "repeat", lambda *_: lambda: None):
        host = CountedHost(fixture, loop)
        yield host
        host.close()

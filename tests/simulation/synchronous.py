"""A thin world for the actors: the synchronous platform, one actor's ask at a time, nothing lost and nobody dying."""

from __future__ import annotations

import heapq
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import greenlet

from chassis.refusal import Refusal, Unavailable
from contracts.message import Ask
from contracts.payments.webhooks import StoreWebhook
from contracts.values import Context
from hotelmate.invariants.context import ExaminationContext
from sandbox.stripe.in_memory import InMemoryStripe
from sandbox.stripe.webhook_sender import signature
from tests.fakes.platform import Platform

Option = TypeVar("Option")


class RandomChoices:
    """Draws choices from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pick(self, name: str, options: Sequence[Option]) -> Option:
        """One of the options."""
        del name
        return options[self._random.randrange(len(options))]

    def chance(self, name: str, probability: float) -> bool:
        """True with this probability."""
        del name
        return self._random.random() < probability


class SynchronousWorld:
    """Actors in greenlets over the synchronous platform; `judge` hears every answer."""

    def __init__(
        self,
        platform: Platform,
        stripe: InMemoryStripe,
        *,
        mailbox: Any,
        pusher: Any,
        secret: str,
        seed: int,
        judge: Any,
    ) -> None:
        self.platform, self.stripe, self.mailbox, self.pusher = platform, stripe, mailbox, pusher
        self.choices = RandomChoices(seed)
        self.judge = judge
        self.ahead = timedelta(0)
        self.problems: list[str] = []
        self.outcomes: Counter[str] = Counter()
        self.steps = self.commits = 0
        self.delivered: set[str] = set()
        self._secret = secret
        self._sleepers: list[tuple[datetime, int, Any]] = []
        self._numbers = count()
        self._hub = greenlet.getcurrent()

    # what actors see

    def ask(self, message: Ask[Any], context: Context, *, key: str = "", service: str = "") -> Any:
        """Send an ask, answered after some of what was under way."""
        self._pause(0)
        if key:
            context = replace(context, idempotency_key=f"{context.caller.kind}/{key}", fingerprint=repr(message))
        outcome: Any
        try:
            outcome = self.platform.ask(message, context, service=service or None)
        except (Refusal, Unavailable) as problem:
            outcome = problem
        name = type(message).__name__
        what = (
            outcome.code
            if isinstance(outcome, Refusal)
            else type(outcome).__name__
            if isinstance(outcome, Exception)
            else "ok"
        )
        self.outcomes[f"{name} {what}"] += 1
        self.judge.answered(message, context, key, outcome)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def now(self) -> datetime:
        """The domain's time, UTC."""
        return datetime.now(UTC) + self.ahead

    def sleep(self, seconds: float) -> None:
        """Wait until so many seconds have passed."""
        self._pause(seconds)

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass for everybody."""
        delta = timedelta(seconds=seconds)
        self.platform.advance(delta)
        self.stripe.advance(int(seconds))
        self.ahead += delta

    def start(self, actor: Callable[[Any], None], name: str) -> None:
        """Start another actor."""
        del name
        made = greenlet.greenlet(lambda: actor(self), parent=self._hub)
        heapq.heappush(self._sleepers, (self.now(), next(self._numbers), made))

    def sql(self, service: str, statement: str, **values: Any) -> list[Mapping[str, Any]]:
        """The rows of a statement in a service's database."""
        with self.platform.services[service].engine.begin() as connection:
            result = connection.exec_driver_sql(statement, values or ())
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def examination(self) -> ExaminationContext:
        """The context in which the invariants are judged at rest."""
        return ExaminationContext(
            ask=lambda service, query: self.platform.ask(query, service=service),
            services=tuple(self.platform.services),
            older_than=timedelta(0),
            journal=self.stripe.journal(),
            acknowledged=self.delivered,
            parked=(),
        )

    def violate(self, kind: str, text: str) -> None:
        """Note a violation."""
        self.problems.append(f"{kind}: {text}")

    # the hub

    def run(self, steps: int) -> None:
        """Let the actors take so many steps, with everything that follows between them."""
        for _ in range(steps):
            when, _, sleeper = heapq.heappop(self._sleepers)
            if when > self.now():
                self.advance((when - self.now()).total_seconds())
            sleeper.switch()
            self.steps += 1
            self.commits += 1
            if self.choices.chance("something happens", 0.5):
                self._something()
            self.judge.after_step(self)

    def settle(self) -> None:
        """Run everything until nothing is due."""
        for _ in range(40):
            self.platform.run_until_idle()
            if not self._webhooks():
                if not self._retries():
                    return
                self.advance(30)
        raise AssertionError("the world does not come to rest")

    def close(self) -> None:
        """End every actor."""
        for _, _, sleeper in self._sleepers:
            with suppress(greenlet.GreenletExit):
                sleeper.throw(greenlet.GreenletExit)

    def _pause(self, seconds: float) -> None:
        heapq.heappush(
            self._sleepers, (self.now() + timedelta(seconds=seconds), next(self._numbers), greenlet.getcurrent())
        )
        self._hub.switch()

    def _something(self) -> None:
        steps = [self.platform.deliver_events, self._webhooks]
        for instance in self.platform.services.values():
            steps += [instance.run_jobs, instance.run_timers]
        self.choices.pick("what happens", steps)()

    def _webhooks(self) -> bool:
        waiting = [event for event in self.stripe.events() if event["id"] not in self.delivered]
        for event in waiting:
            body = json.dumps(event)
            self.platform.ask(StoreWebhook(body=body, signature=signature(body, [self._secret])))
            self.delivered.add(event["id"])
        return bool(waiting)

    def _retries(self) -> bool:
        retried = "UPDATE job SET try_at = now() WHERE done_at IS NULL AND gave_up_at IS NULL AND try_at > now() RETURNING key"
        return any([self.sql(name, retried) for name in self.platform.services])

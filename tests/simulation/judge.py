"""The judge: what was answered, what must hold after each step, and what must hold at rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from chassis.refusal import Refusal
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from contracts.values import Context
from hotelmate.invariants.catalogue import examine
from tests.simulation.judging.answers import wrong_answer
from tests.simulation.judging.effects import Effects
from tests.simulation.judging.feeds import gaps
from tests.simulation.judging.judged_world import Breach, JudgedWorld
from tests.simulation.judging.liveness import unfinished
from tests.simulation.judging.money import Money, captured_ahead
from tests.simulation.judging.notices import repeated, sent, unsent
from tests.simulation.judging.promises import Promises
from tests.simulation.judging.safety import SERVICES, Safety
from tests.simulation.judging.standing import blocked_for_too_long, fallen

# Without a broker, no process holds a partition.
OUTSIDE = ("I19",)


class Judge:
    """Judges one run. `answers` counts the outcomes of asks by their kind, `check_outs` the stays that ended well."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.check_outs = 0
        self.promises = Promises()
        self.money = Money()
        self.effects = Effects()
        self._safety = Safety()
        self._now = datetime.min.replace(tzinfo=UTC)
        self._pending: list[Breach] = []
        self._sent_before: frozenset[str] | None = None  # notices of the hotels' import, before the run

    def answered(self, message: Any, context: Context, key: str, outcome: Any) -> None:
        """Hear what a client was told: `outcome` is the reply, a `Refusal`, or `Unavailable`.

        What is wrong is reported after the step.
        """
        self.answers[f"{type(message).__name__} {outcome_of(outcome)}"] += 1
        self.check_outs += isinstance(outcome, BookingDetail) and outcome.status is BookingStatus.COMPLETED
        self._pending += wrong_answer(message, context, outcome)
        self._pending += blocked_for_too_long(outcome)
        self._pending += self.promises.remember(message, context, key, outcome, self._now)
        self.money.remember(message, outcome)
        self.effects.remember(message, key, outcome, self._now)

    def after_step(self, world: JudgedWorld, committed: Collection[str] = SERVICES) -> None:
        """Report what was answered wrongly, and what must hold at any time and does not.

        `committed` are the services that have committed since the last look: no other database has changed.
        """
        self._now = world.now()
        if self._sent_before is None:
            self._sent_before = sent(world)
        pending, self._pending = self._pending, []
        _report(world, pending)
        _report(world, self._safety.breaches(world, committed))

    def at_rest(self, world: JudgedWorld) -> None:
        """Report what must hold at rest and does not."""
        self.after_step(world)
        ahead = captured_ahead(world)
        for violation in examine(world.examination()):
            by_people = violation.invariant == "I7" and violation.subject in ahead
            if violation.invariant not in OUTSIDE and not by_people:
                world.violate(violation.invariant, f"{violation.subject}: {violation.what}")
        _report(world, unfinished(world))
        _report(world, fallen(world))
        _report(world, self.promises.broken(world))
        _report(world, self.effects.too_many(world))
        _report(world, self.money.wrong(world))
        _report(world, gaps(world))
        _report(world, unsent(world, self._sent_before or ()))
        _report(world, repeated(world))


def outcome_of(outcome: Any) -> str:
    """The outcome of an ask in a word: `answered`, a refusal's code, or an exception's name."""
    if isinstance(outcome, Refusal):
        return outcome.code
    return type(outcome).__name__ if isinstance(outcome, BaseException) else "answered"


def _report(world: JudgedWorld, breaches: Iterable[Breach]) -> None:
    for breach in breaches:
        world.violate(breach.invariant, breach.text)

"""The judge: records the answers to clients, checks invariants after each step, and all invariants at rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from chassis.refusal import Refusal
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from contracts.values import Context
from hotelmate.invariants.catalogue import CHECKS, examine
from tests.simulation.judging.answers import wrong_answer
from tests.simulation.judging.changes_paid_first import ChangesPaidFirst
from tests.simulation.judging.client_answers import ClientAnswers
from tests.simulation.judging.effects import Effects
from tests.simulation.judging.feeds import feed_gaps
from tests.simulation.judging.invariants_at_rest import broken_at_rest, long_key_claims
from tests.simulation.judging.judged_world import Breach, JudgedWorld
from tests.simulation.judging.liveness import unfinished_work
from tests.simulation.judging.money import MoneyChecks, captured_ahead
from tests.simulation.judging.notices import repeated_mails, sent_notices, undelivered_notices
from tests.simulation.judging.room_plans import wrong_room_plans
from tests.simulation.judging.safety import SERVICES, Safety

# The simulation has no leases of partitions. Its staff lock and block rooms that sold stays need: the product's own I18
# would say so, and `room_plans` says whether it is right.
JUDGED = CHECKS.keys() - {"I18", "I19"}


class Judge:
    """Judges one run. `answers` counts the outcomes of asks by their kind, `check_outs` the stays that ended well.

    `coverage` counts what was judged of changes that are paid first, and of room plans.
    """

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.check_outs = 0
        self.coverage: Counter[str] = Counter()
        self.client_answers = ClientAnswers()
        self.money = MoneyChecks()
        self.effects = Effects()
        self.paid_first = ChangesPaidFirst(self.coverage)
        self._safety = Safety()
        self._now = datetime.min.replace(tzinfo=UTC)
        self._pending: list[Breach] = []
        self._sent_before: frozenset[str] | None = None  # notices of the hotels' import, before the run

    def answered(self, message: Any, context: Context, key: str, outcome: Any) -> None:
        """Record the outcome of a client's ask: the reply, a `Refusal`, or `Unavailable`.

        Breaches are reported after the step.
        """
        self.answers[f"{type(message).__name__} {outcome_of(outcome)}"] += 1
        self.check_outs += isinstance(outcome, BookingDetail) and outcome.status is BookingStatus.COMPLETED
        self._pending += wrong_answer(message, context, outcome)
        self._pending += long_key_claims(outcome)
        self._pending += self.client_answers.remember(message, key, outcome, self._now)
        self.money.remember(message, outcome)
        self.effects.remember(message, key, outcome, self._now)
        self.paid_first.remember(outcome)

    def after_step(self, world: JudgedWorld, committed: Collection[str] = SERVICES) -> None:
        """Report wrong answers, and the invariants of any time that do not hold.

        `committed` are the services that have committed since the last look: no other database has changed.
        """
        self._now = world.now()
        if self._sent_before is None:
            self._sent_before = sent_notices(world)
        pending, self._pending = self._pending, []
        _report(world, pending)
        _report(world, self._safety.breaches(world, committed))
        _report(world, self.paid_first.breaches(world, committed))

    def at_rest(self, world: JudgedWorld) -> None:
        """Report the invariants at rest that do not hold."""
        self.after_step(world)
        ahead = captured_ahead(world)
        for violation in examine(world.examination(), only=JUDGED):
            if violation.invariant != "I7" or violation.subject not in ahead:
                world.violate(violation.invariant, f"{violation.subject}: {violation.what}")
        _report(world, unfinished_work(world))
        _report(world, broken_at_rest(world))
        _report(world, self.client_answers.breaches(world))
        _report(world, self.effects.too_many(world))
        _report(world, self.money.breaches(world))
        _report(world, self.paid_first.at_rest(world))
        _report(world, wrong_room_plans(world, self.coverage))
        _report(world, feed_gaps(world))
        _report(world, undelivered_notices(world, self._sent_before or ()))
        _report(world, repeated_mails(world))


def outcome_of(outcome: Any) -> str:
    """The outcome of an ask in a word: `answered`, a refusal's code, or an exception's name."""
    if isinstance(outcome, Refusal):
        return outcome.code
    return type(outcome).__name__ if isinstance(outcome, BaseException) else "answered"


def _report(world: JudgedWorld, breaches: Iterable[Breach]) -> None:
    for breach in breaches:
        world.violate(breach.invariant, breach.text)

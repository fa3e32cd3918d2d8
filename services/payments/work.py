"""What a handler of payments may touch: its tables behind ports, the cards, and the one way to record a decision."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from chassis.observability import logs
from chassis.transactions.work import Work
from contracts.message import Event
from contracts.values import PROVIDER, Actor
from services.payments.cards import Cards
from services.payments.domain import Decision, Payment
from services.payments.domain.comparing import EVERY
from services.payments.store import (
    SqlActions,
    SqlComparisons,
    SqlFindings,
    SqlLedger,
    SqlPayments,
    SqlStandings,
    SqlWebhooks,
)

log = logs.logger(__name__)


@dataclass(frozen=True)
class PaymentsDependencies:
    """What payments uses beyond its database: the card provider, and the origins of our own pages.

    `compare_every` is how often a payment that is not at rest is compared with the provider.
    """

    cards: Cards
    origins: tuple[str, ...]
    compare_every: timedelta = EVERY


class PaymentsWork(Work):
    """One transaction on the database of payments."""

    dependencies: PaymentsDependencies

    def __init__(self, connection: sa.Connection, **around: Any) -> None:
        super().__init__(connection, **around)
        self.payments = SqlPayments(connection)
        self.actions = SqlActions(connection)
        self.ledger = SqlLedger(connection)
        self.standings = SqlStandings(connection)
        self.webhooks = SqlWebhooks(connection)
        self.comparisons = SqlComparisons(connection)
        self.findings = SqlFindings(connection)

    def record(self, before: Payment, decision: Decision, *, why: str, by: Actor = PROVIDER) -> None:
        """Make a decision so: the state, an audit row and an event for each fact, and the money seen to have moved."""
        if decision.payment != before:
            self.payments.save(decision.payment, at=self.now, compare_at=self.now + self.dependencies.compare_every)
        for change in decision.changes:
            self.audit(
                subject=before.id,
                sequence=change.version,
                what=type(change.fact).__name__,
                by=by,
                from_status=change.before,
                to_status=change.after,
                why=why,
            )
            if isinstance(change.fact, Event):
                self.publish(change.fact)
                continue
            about = {"fact": type(change.fact).__name__, "payment_id": before.id, "booking_id": before.booking_id}
            self.after_commit.append(partial(log.info, "payment_changed", status=change.after, **about))
        self.ledger.book(decision.payment, decision.movements, at=self.now, why=why)

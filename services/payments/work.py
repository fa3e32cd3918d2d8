"""The unit of work of the payments service: its stores, and `record`, which records a decision on a payment."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial

from chassis.observability import logs
from chassis.transactions.store import store
from chassis.transactions.work import Work
from contracts.data import Data
from contracts.message import Event
from contracts.values import PROVIDER, Actor
from services.payments.cards import Cards
from services.payments.domain.decide import Decision
from services.payments.domain.movements import MovementKind
from services.payments.domain.payment import Payment
from services.payments.domain.reconciliation import EVERY
from services.payments.store.desired_states import SqlDesiredStates
from services.payments.store.ledger import SqlLedger
from services.payments.store.payments import SqlPayments
from services.payments.store.provider_calls import SqlProviderCalls
from services.payments.store.provider_searches import SqlProviderSearches
from services.payments.store.reconciliation import SqlReconciliation
from services.payments.store.recorded_states import SqlRecordedStates
from services.payments.store.webhooks import SqlWebhooks

log = logs.logger(__name__)


class PaymentsDependencies(Data):
    """The card provider, the return origins, and the interval at which an unfinished payment is compared."""

    cards: Cards
    origins: tuple[str, ...]
    compare_every: timedelta = EVERY


class PaymentsWork(Work):
    """A transaction on the payments database."""

    dependencies: PaymentsDependencies

    payments = store(SqlPayments)
    provider_calls = store(SqlProviderCalls)
    ledger = store(SqlLedger)
    desired_states = store(SqlDesiredStates)
    recorded_states = store(SqlRecordedStates)
    webhooks = store(SqlWebhooks)
    reconciliation = store(SqlReconciliation)
    provider_searches = store(SqlProviderSearches)

    def record(
        self,
        before: Payment,
        decision: Decision,
        *,
        why: str,
        by: Actor = PROVIDER,
        booked: Collection[tuple[MovementKind, str]] = (),
    ) -> None:
        """Record a decision: the payment, an audit row and an event for each change, and the ledger rows.

        `booked` are movements that the ledger has, by kind and id at the provider.
        """
        if decision.payment != before:
            self.payments.save(
                before, decision.payment, at=self.now, compare_at=self.now + self.dependencies.compare_every
            )
        for change in decision.changes:
            self.audit(
                hotel=before.hotel,
                subject=before.id,
                sequence=change.version,
                what=type(change.event).__name__,
                by=by,
                from_status=change.before,
                to_status=change.after,
                why=why,
            )
            if isinstance(change.event, Event):
                self.publish(change.event)
                continue
            about = {"fact": type(change.event).__name__, "payment_id": before.id, "booking_id": before.booking_id}
            self.after_commit.append(partial(log.info, "payment_changed", status=change.after, **about))
        moved = [each for each in decision.movements if (each.kind, each.provider_id) not in booked]
        self.ledger.book(decision.payment, moved, at=self.now, why=why)

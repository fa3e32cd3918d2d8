"""The unit of work of the payments service: its stores, and `record`, which records a decision on a payment."""

from collections.abc import Collection
from datetime import timedelta
from functools import cached_property, partial

from chassis.observability import logs, trace
from chassis.transactions import job_queue
from chassis.transactions.store import store
from chassis.transactions.work import Work
from contracts.data import Data
from contracts.message import Event
from contracts.values import PROVIDER, Actor
from services.payments.cards import Cards
from services.payments.domain.decide import Decision
from services.payments.domain.desired_state import DesiredState
from services.payments.domain.jobs import ApplyWebhook, ConvergePayment, ExpireSession
from services.payments.domain.movements import MovementKind
from services.payments.domain.payment import Payment
from services.payments.domain.provider_call import ProviderCall
from services.payments.domain.reconciliation import EVERY
from services.payments.domain.webhook import WebhookEvent, WebhookOutcome
from services.payments.store.applied_webhooks import SqlAppliedWebhooks
from services.payments.store.desired_states import SqlDesiredStates, converge_statement, put_statement
from services.payments.store.ledger import SqlLedger
from services.payments.store.payments import SqlPayments
from services.payments.store.provider_calls import SqlProviderCalls
from services.payments.store.provider_searches import SqlProviderSearches
from services.payments.store.reconciliation import SqlReconciliation
from services.payments.store.recorded_states import SqlRecordedStates
from services.payments.store.webhooks import SqlWebhooks, job_key

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

    @cached_property
    def applied_webhooks(self) -> SqlAppliedWebhooks:
        return SqlAppliedWebhooks(self.write_late)

    @cached_property
    def _desired(self) -> dict[tuple[str, str], DesiredState]:
        return {}

    @cached_property
    def _to_converge(self) -> dict[tuple[str, str], dict[str, str]]:
        return {}

    def record(
        self,
        before: Payment,
        decision: Decision,
        *,
        why: str,
        by: Actor = PROVIDER,
        booked: Collection[tuple[MovementKind, str]] = (),
        late: bool = False,
    ) -> None:
        """Record a decision: the payment, an audit row and an event for each change, and the ledger rows.

        `booked` are movements that the ledger has, by kind and id at the provider. With `late`, all rows are written
        at commit by one statement; the transaction then records no other payment, and reads none of the rows.
        """
        write = self.write_late if late else self.write
        if decision.payment != before:
            compare_at = self.now + self.dependencies.compare_every
            self.payments.save(before, decision.payment, at=self.now, compare_at=compare_at, write=write)
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
        self.ledger.book(decision.payment, moved, at=self.now, why=why, write=write)

    def set_desired_state(self, desired: DesiredState, *, converge: bool) -> None:
        """Store a booking's desired state at commit, and with `converge` enqueue the convergence of its payments.

        Of several states of a booking that a batch of events sets, the last one is stored.
        """
        key = desired.hotel, desired.booking_id
        self._desired[key] = desired
        if converge:
            cause = self.cause.id if self.cause else self.now.isoformat()
            about = {"hotel": desired.hotel, "booking_id": desired.booking_id, "why": desired.why}
            self._to_converge[key] = {**about, "cause": cause, "traceparent": trace.current()}

    def desired_state(self, hotel: str, booking_id: str) -> DesiredState:
        """A booking's desired state, be it stored or set by this transaction."""
        return self._desired.get((hotel, booking_id)) or self.desired_states.of_booking(booking_id, hotel)

    def flush(self) -> None:
        """Write the desired states and enqueue the convergences, with all else that is written late."""
        if self._desired:
            self.write_late(*put_statement(self._desired.values(), since=self.now))
        if self._to_converge:
            statement = converge_statement(list(self._to_converge.values()))
            self.enqueue_selected(*statement, payload=ConvergePayment, most=len(self._to_converge))
        self._desired.clear()
        self._to_converge.clear()
        super().flush()

    def begin_payment(self, payment: Payment, call: ProviderCall) -> bool:
        """Insert a payment with its first call, and the job that closes its session at the end of the hold.

        Returns False where the booking has another live payment of this purpose, or has ended.
        """
        payload = ExpireSession(hotel=payment.hotel, payment_id=payment.id)
        job = job_queue.new_row(payload, key=f"expire:{payment.id}", not_before=payment.hold_expires_at)
        return self.payments.begin(payment, call, job)

    def store_webhook(self, event: WebhookEvent) -> bool:
        """Store a webhook event and the job that applies it, unless its type is ignored, by one statement.

        Returns False where the event is stored already.
        """
        if not event.is_applied:
            return self.webhooks.store(event, WebhookOutcome.IGNORED)
        payload = ApplyWebhook(event_id=event.event_id)
        job = job_queue.new_row(payload, key=job_key(event.event_id), not_before=None)
        self.new_jobs.lease([job], now=self.now)
        stored = self.webhooks.store_with_job(event, job)
        if stored and stored.position is not None:
            attempts = 1 if "lease" in job else 0
            self.enqueued(job, position=stored.position, created_at=stored.created_at, attempts=attempts)
        return stored is not None

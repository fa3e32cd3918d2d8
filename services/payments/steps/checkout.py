"""Opens a checkout session: one session per booking, for any number of requests.

Every step stores the data that the next step needs, so that a repeated request continues after a crash.
"""

from datetime import timedelta
from uuid import uuid4

from chassis.refusal import Refusal, RetryLater, Unavailable
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.views import Payable
from contracts.payments.checkout_sessions import PaymentSession
from contracts.payments.events import PaymentStatus
from services.payments.cards import CheckoutOrder
from services.payments.domain.payment import Payment
from services.payments.domain.provider_call import SESSION, CallResult, CallState, ProviderCall
from services.payments.domain.recorded_state import RecordedState
from services.payments.domain.return_pages import ReturnPages
from services.payments.lifecycle import PAID
from services.payments.steps.backoff import RequestBackoff
from services.payments.steps.convergence import answered, converge
from services.payments.steps.sync import SyncResult, store_result, sync
from services.payments.work import PaymentsWork

MAX_STEPS = 12
SHORTEST, LONGEST = timedelta(minutes=31), timedelta(hours=23, minutes=55)  # the provider accepts 30 min to 24 h


class Checkout:
    """One request for a checkout session."""

    def __init__(self, conversation: KeyedConversation[PaymentsWork], payable: Payable, pages: ReturnPages) -> None:
        self._conversation = conversation
        self._payable = payable
        self._pages = pages
        self._backoff = RequestBackoff()
        self._attempt = 0
        self._reply: PaymentSession | None = None

    def session(self) -> PaymentSession:
        """The open or new session. Refused `BOOKING_NOT_PAYABLE`, `PAYMENT_REFUSED`; raises `Unavailable`."""
        for _ in range(MAX_STEPS):
            live = self._live_payment()
            if live and live.payment.status is PaymentStatus.SESSION_OPEN:
                live = self._synced(live)
            self._step(live)
            if self._reply:
                return self._reply
        raise Unavailable("the page is being opened by somebody else")

    def _step(self, live: RecordedState | None) -> None:
        if live and live.payment.status in PAID:
            if live.payment.change_id != self._payable.change_id:
                raise Unavailable("the money of an earlier change is being returned")
            self._answer(live.payment, "paid")
        elif not self._payable.payable or self._payable.expires_at is None:
            raise _not_payable()
        elif live is None:
            self._begin()
        elif live.payment.status is PaymentStatus.NONE:
            self._open(live)
        elif self._is_for_it(live.payment) and not live.payment.superseded:
            self._answer(live.payment, "existing")
        elif live.payment.status is PaymentStatus.SESSION_OPEN:
            self._close(live.payment)

    def _is_for_it(self, payment: Payment) -> bool:
        return (payment.amount, payment.change_id) == (self._payable.amount, self._payable.change_id)

    def _live_payment(self) -> RecordedState | None:
        about = self._payable
        with self._conversation.reading() as work:
            return work.recorded_states.find_live(about.hotel, about.booking_id, about.purpose, now=work.now)

    def _synced(self, live: RecordedState) -> RecordedState | None:
        """Sync the payment; returns None where the payment is over.

        Where the provider does not answer, returns the payment unchanged. Refused `BOOKING_NOT_PAYABLE`.
        """
        try:
            result = sync(live.payment.key, self._conversation, why="asked for the page again", state=live)
        except Unavailable:
            return live
        synced = result.payment
        if synced.status is PaymentStatus.SESSION_OPEN and result.call and not synced.superseded:
            raise _not_payable()
        return result.state if synced.status in (PaymentStatus.SESSION_OPEN, *PAID) else None

    def _begin(self) -> None:
        """First transaction: insert the payment with its call. Of several concurrent requests, only one inserts."""
        expires_at = self._payable.expires_at
        with self._conversation.transaction() as work:
            payment = Payment(
                id=f"pay_{uuid4().hex}",
                booking_id=self._payable.booking_id,
                hotel=self._payable.hotel,
                amount=self._payable.amount,
                hold_expires_at=expires_at or work.now,
                created_at=work.now,
                purpose=self._payable.purpose,
                change_id=self._payable.change_id,
            )
            call = self._new_call(payment, 1, work)
            if not work.begin_payment(payment, call):
                if work.desired_states.of_payment(payment).ended:
                    raise _not_payable()
                return
            begun = RecordedState.of_new(payment, call, read_at=work.now)
        self._open(begun)

    def _new_call(self, payment: Payment, attempt: int, work: PaymentsWork) -> ProviderCall:
        self._attempt = attempt
        duration = min(max(payment.hold_expires_at - work.now, SHORTEST), LONGEST)
        order = CheckoutOrder(
            payment=payment,
            hotel_name=self._payable.hotel_name,
            description=self._payable.description,
            guest_email=self._payable.guest_email,
            pages=self._pages,
            expires_at=work.now + duration,
        )
        request = work.dependencies.cards.checkout_request(order)
        return ProviderCall(
            hotel=payment.hotel, payment_id=payment.id, action=SESSION, attempt=attempt, request=request
        )

    def _open(self, live: RecordedState) -> None:
        """Send the call, then store its result with the session in the second transaction.

        A call that was not answered, perhaps because the provider closed the idle connection just then, is sent again
        unchanged, after a wait. The call may be from an earlier request, and its `expires_at` may now be too near for
        the provider. A refusal of such a call does not fail the payment: a new call is stored and sent.
        """
        call = live.calls[SESSION]
        if call.state in (CallState.FAILED, CallState.REFUSED):
            if self._exists_at_provider(live):
                return
            with self._conversation.transaction() as work:
                call = work.provider_calls.begin(self._new_call(live.payment, call.attempt + 1, work))
            live = live.with_call(call)
        try:
            answer = answered(call, self._conversation)
            if answer.object_id is not None:
                self._record_session(live, answer)
                return
        except Unavailable as unknown:
            self._backoff.wait(unknown)
            return
        except RetryLater as later:
            raise Unavailable(str(later)) from later
        store_result(answer, self._conversation)
        if call.attempt == self._attempt:
            raise Refusal("PAYMENT_REFUSED", "The payment provider will not take this payment.")

    def _exists_at_provider(self, live: RecordedState) -> bool:
        """Whether the provider opened the session although the call failed. Searches by the payment's id."""
        self._record_session(live, None)
        now = self._live_payment()
        return now is None or now.payment.status is not PaymentStatus.NONE

    def _record_session(self, live: RecordedState, answer: CallResult | None) -> None:
        """Record the session that the answer to its call shows, or else a look. Raises `Unavailable`."""

        def reply(result: SyncResult, work: PaymentsWork) -> None:
            opened = result.changed and result.payment.status is PaymentStatus.SESSION_OPEN
            if opened and result.call is None and result.payment.amount == self._payable.amount:
                created = self._conversation.finish(work, _reply(result.payment, "created"))
                work.after_commit.append(lambda: self._end(created))

        why = "the page was opened"
        sync(live.payment.key, self._conversation, why=why, state=live, answer=answer, after=reply)

    def _close(self, payment: Payment) -> None:
        """Close the session with the old amount at the provider, before a session with the new amount opens."""
        with self._conversation.transaction() as work:
            work.payments.supersede(payment.key)
        try:
            converge(payment.key, self._conversation, why="the amount has changed")
        except RetryLater as later:
            raise Unavailable(str(later)) from later

    def _answer(self, payment: Payment, status: str) -> None:
        with self._conversation.transaction() as work:
            reply = self._conversation.finish(work, _reply(payment, status))
        self._end(reply)

    def _end(self, reply: PaymentSession) -> None:
        """Note the reply whose transaction was committed: it is not given after a rollback."""
        self._reply = reply


def _not_payable() -> Refusal:
    return Refusal("BOOKING_NOT_PAYABLE", "There is nothing to pay on this booking now.")


def _reply(payment: Payment, status: str) -> PaymentSession:
    return PaymentSession(
        session_id=payment.session_id or "",
        payment_url=payment.session_url if status != "paid" else None,
        status=status,
        amount=payment.amount,
    )

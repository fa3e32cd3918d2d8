"""Opening a page to pay on: one for each booking, however often and by however many it is asked for.

Every step leaves behind what the next needs, so that asking again goes on where a crash has left off.
"""

from datetime import timedelta
from uuid import uuid4

from chassis.refusal import Refusal, RetryLater, Unavailable
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings import GetPayable, Payable
from contracts.payments import OpenPaymentSession, PaymentSession, PaymentStatus
from services.payments.cards import CallBusy, Order
from services.payments.domain import Payment, ReturnPages, return_pages
from services.payments.domain.owed import ExpireSession
from services.payments.handlers.looking import Clue, Learnt, look
from services.payments.handlers.patience import Patience
from services.payments.handlers.pursuing import make, see_through
from services.payments.lifecycle import PAID
from services.payments.store import Call, State
from services.payments.store.actions import SESSION
from services.payments.work import PaymentsWork

TRIES = 12
SHORTEST, LONGEST = timedelta(minutes=31), timedelta(hours=23, minutes=55)  # the provider wants 30 min to 24 h


class Opening:
    """One request for a page."""

    def __init__(self, conversation: KeyedConversation[PaymentsWork], payable: Payable, pages: ReturnPages) -> None:
        self._conversation = conversation
        self._payable = payable
        self._pages = pages
        self._patience = Patience()
        self._attempt = 0
        self._reply: PaymentSession | None = None

    def session(self) -> PaymentSession:
        """The page. Refused `BOOKING_NOT_PAYABLE`, `PAYMENT_REFUSED`; raises `Unavailable`."""
        for _ in range(TRIES):
            live = self._live()
            if live and live.status is PaymentStatus.SESSION_OPEN:
                live = self._looked_at(live)
            self._go_on(live)
            if self._reply:
                return self._reply
        raise Unavailable("the page is being opened by somebody else")

    def _go_on(self, live: Payment | None) -> None:
        if live and live.status in PAID:
            self._answer(live, "paid")
        elif not self._payable.payable or self._payable.expires_at is None:
            raise _not_payable()
        elif live is None:
            self._begin()
        elif live.status is PaymentStatus.NONE:
            self._open(live)
        elif live.amount == self._payable.amount and not live.superseded:
            self._answer(live, "existing")
        elif live.status is PaymentStatus.SESSION_OPEN:
            self._close(live)

    def _live(self) -> Payment | None:
        with self._conversation.reading() as work:
            found: Payment | None = work.payments.live_of(self._payable.booking_id, self._payable.purpose)
            return found

    def _looked_at(self, payment: Payment) -> Payment | None:
        """The page may have been paid on or have run out unheard. A silent provider leaves us with what we know."""
        try:
            learnt = look(payment.id, self._conversation, why="asked for the page again")
        except Unavailable:
            return payment
        if learnt.payment.status is PaymentStatus.SESSION_OPEN and learnt.call and not learnt.payment.superseded:
            raise _not_payable()
        return learnt.payment if learnt.payment.status in (PaymentStatus.SESSION_OPEN, *PAID) else None

    def _begin(self) -> None:
        """First transaction: the payment and the whole request. Of two at once, the index lets one in."""
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
            )
            if work.standings.towards(payment).ended:
                raise _not_payable()
            if work.payments.insert(payment):
                self._ordered(payment, 1, work)
                key = f"expire:{payment.id}"
                work.enqueue(ExpireSession(payment_id=payment.id), key=key, not_before=payment.hold_expires_at)

    def _ordered(self, payment: Payment, attempt: int, work: PaymentsWork) -> Call:
        self._attempt = attempt
        lasts = min(max(payment.hold_expires_at - work.now, SHORTEST), LONGEST)
        order = Order(
            payment_id=payment.id,
            booking_id=payment.booking_id,
            hotel=payment.hotel,
            hotel_name=self._payable.hotel_name,
            description=self._payable.description,
            guest_email=self._payable.guest_email,
            amount=payment.amount,
            pages=self._pages,
            expires_at=work.now + lasts,
        )
        request = work.dependencies.cards.order(order)
        return work.actions.begin(Call(payment_id=payment.id, action=SESSION, attempt=attempt, request=request))

    def _open(self, payment: Payment) -> None:
        """The call, and then the second transaction: the page is there.

        What was ordered before this request may be refused because the page would close too soon by now: that is no
        refusal of the payment, and it is ordered anew.
        """
        with self._conversation.reading() as work:
            call: Call = work.actions.latest(payment.id)[SESSION]
        if call.state in (State.FAILED, State.REFUSED):
            if self._found(payment):
                return
            with self._conversation.transaction() as work:
                call = self._ordered(payment, call.attempt + 1, work)
        try:
            session_id = make(call, self._conversation)
        except CallBusy as busy:
            self._patience.wait(busy)
            return
        except RetryLater as later:
            raise Unavailable(str(later)) from later
        if session_id is not None:
            self._opened(payment, Clue(session_id=session_id))
        elif call.attempt == self._attempt:
            raise Refusal("PAYMENT_REFUSED", "The payment provider will not take this payment.")

    def _found(self, payment: Payment) -> bool:
        """The provider may have opened the page all the same: it is searched for before another try."""
        self._opened(payment, Clue())
        live = self._live()
        return live is None or live.status is not PaymentStatus.NONE

    def _opened(self, payment: Payment, clue: Clue) -> None:
        def answered(learnt: Learnt, work: PaymentsWork) -> None:
            fresh = learnt.changed and learnt.payment.status is PaymentStatus.SESSION_OPEN
            if fresh and learnt.call is None and learnt.payment.amount == self._payable.amount:
                self._reply = self._conversation.finish(work, _reply(learnt.payment, "created"))

        with self._conversation.reading() as work:
            current = work.payments.get(payment.id)
        if current and current.status is PaymentStatus.NONE:
            look(payment.id, self._conversation, why="the page was opened", clue=clue, then=answered)

    def _close(self, payment: Payment) -> None:
        """The amount has changed: the old page must be closed at the provider before there is a new one."""
        with self._conversation.transaction() as work:
            work.payments.supersede(payment.id)
        try:
            see_through(payment.id, self._conversation, why="the amount has changed")
        except RetryLater as later:
            raise Unavailable(str(later)) from later

    def _answer(self, payment: Payment, status: str) -> None:
        with self._conversation.transaction() as work:
            self._reply = self._conversation.finish(work, _reply(payment, status))


def open_payment_session(command: OpenPaymentSession, conversation: KeyedConversation[PaymentsWork]) -> PaymentSession:
    """A page for the guest to pay on: new, the one that is open, or none because it is paid."""
    pages = return_pages(
        conversation.dependencies.origins,
        hotel=command.hotel,
        booking_id=command.booking_id,
        success=command.success_url,
        cancel=command.cancel_url,
    )
    payable = conversation.ask(GetPayable(hotel=command.hotel, booking_id=command.booking_id))
    return Opening(conversation, payable, pages).session()


def _not_payable() -> Refusal:
    return Refusal("BOOKING_NOT_PAYABLE", "There is nothing to pay on this booking now.")


def _reply(payment: Payment, status: str) -> PaymentSession:
    return PaymentSession(
        session_id=payment.session_id or "",
        payment_url=payment.session_url if status != "paid" else None,
        status=status,
        amount=payment.amount,
    )

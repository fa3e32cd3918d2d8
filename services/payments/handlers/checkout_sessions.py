"""Handlers for checkout sessions: open the session of a booking, and verify the payment made on a session."""

from chassis.refusal import Refusal, RetryLater, Unavailable
from chassis.transactions.conversation import Conversation, KeyedConversation
from contracts.bookings.queries import GetPayable
from contracts.payments.checkout_sessions import (
    ClosePaymentPage,
    OpenPaymentSession,
    PageClosed,
    PaymentSession,
    PaymentVerified,
    VerifyPayment,
)
from contracts.payments.events import PaymentStatus
from services.payments.domain.payment import Payment
from services.payments.domain.recorded_state import RecordedState
from services.payments.domain.return_pages import return_pages
from services.payments.lifecycle import OPEN, PAID
from services.payments.steps.checkout import Checkout
from services.payments.steps.convergence import converge
from services.payments.steps.sync import sync
from services.payments.work import PaymentsWork

_MAY_HAVE_CHANGED = frozenset({PaymentStatus.SESSION_OPEN, PaymentStatus.AUTHORIZED})


def open_payment_session(command: OpenPaymentSession, conversation: KeyedConversation[PaymentsWork]) -> PaymentSession:
    """Open the booking's checkout session or return the open one; for a paid booking, the reply's status is `paid`.

    Refused `BOOKING_ENDED` for an ended booking, unless the guest owes a balance that can be paid by card.
    """
    pages = return_pages(
        conversation.dependencies.origins,
        hotel=command.hotel,
        booking_id=command.booking_id,
        success=command.success_url,
        cancel=command.cancel_url,
    )
    payable = conversation.ask(GetPayable(hotel=command.hotel, booking_id=command.booking_id))
    if payable.ended and not payable.payable:
        raise Refusal("BOOKING_ENDED", "This booking has ended, and nothing is to be paid by card.")
    return Checkout(conversation, payable, pages).session()


def close_payment_page(command: ClosePaymentPage, conversation: Conversation[PaymentsWork]) -> PageClosed:
    """Close the booking's open payment page at the provider. Raises `Unavailable` where that does not come to rest."""
    payable = conversation.ask(GetPayable(hotel=command.hotel, booking_id=command.booking_id))
    with conversation.reading() as work:
        payment = work.payments.find_live(payable.hotel, payable.booking_id)
    if payment and payment.status in _MAY_HAVE_CHANGED:
        payment = sync(payment.key, conversation, why="the stay changes").payment
    if payment and payment.status in OPEN:
        payment = _closed(payment, conversation)
    return PageClosed(paid=payment is not None and payment.status in PAID)


def _closed(payment: Payment, conversation: Conversation[PaymentsWork]) -> Payment | None:
    """Close the page of this payment; returns the booking's payment after that, None where it has none."""
    with conversation.transaction() as work:
        work.payments.supersede(payment.key)
    try:
        converge(payment.key, conversation, why="the stay changes")
    except RetryLater as later:
        raise Unavailable(str(later)) from later
    with conversation.reading() as work:
        return work.payments.find_live(payment.hotel, payment.booking_id)


def verify_payment(query: VerifyPayment, conversation: Conversation[PaymentsWork]) -> PaymentVerified:
    """Sync the payment of the checkout session; returns the payment's state.

    Refused `SESSION_NOT_FOUND` for a session that is not the booking's.
    """
    payable = conversation.ask(GetPayable(hotel=query.hotel, booking_id=query.booking_id))
    with conversation.reading() as work:
        about = (payable.hotel, payable.booking_id, query.session_id)
        state = work.recorded_states.find_by_session(*about, now=work.now)
    if state is None:
        raise Refusal("SESSION_NOT_FOUND", "This booking has no such payment session.")
    payment = state.payment
    if payment.status in _MAY_HAVE_CHANGED:
        payment = _synced(state, conversation)
    return PaymentVerified(
        booking_id=payment.booking_id,
        payment_status=payment.status,
        status=payable.status,
        amount_total=payment.amount,
    )


def _synced(state: RecordedState, conversation: Conversation[PaymentsWork]) -> Payment:
    """Sync the payment, as a webhook event may be lost. If the provider does not answer, return the payment as is."""
    try:
        return sync(state.payment.key, conversation, why="verified", state=state).payment
    except Unavailable:
        return state.payment

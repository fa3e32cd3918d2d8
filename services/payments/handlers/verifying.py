"""What became of a page: answered from what we know, after a look at the provider in case a notice was lost."""

from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.bookings import GetPayable
from contracts.payments import PaymentStatus, PaymentVerified, VerifyPayment
from services.payments.domain import Payment
from services.payments.handlers.looking import look
from services.payments.work import PaymentsWork

_MAY_HAVE_CHANGED = frozenset({PaymentStatus.SESSION_OPEN, PaymentStatus.AUTHORIZED})


def verify_payment(query: VerifyPayment, conversation: Conversation[PaymentsWork]) -> PaymentVerified:
    """Only of this booking's own page. Refused `SESSION_NOT_FOUND`."""
    payable = conversation.ask(GetPayable(hotel=query.hotel, booking_id=query.booking_id))
    with conversation.reading() as work:
        payment: Payment | None = work.payments.of_session(payable.booking_id, query.session_id)
    if payment is None:
        raise Refusal("SESSION_NOT_FOUND", "This booking has no such payment session.")
    if payment.status in _MAY_HAVE_CHANGED:
        payment = _up_to_date(payment, conversation)
    return PaymentVerified(
        booking_id=payment.booking_id,
        payment_status=payment.status,
        status=payable.status,
        amount_total=payment.amount,
    )


def _up_to_date(payment: Payment, conversation: Conversation[PaymentsWork]) -> Payment:
    try:
        return look(payment.id, conversation, why="verified").payment
    except Unavailable:
        return payment

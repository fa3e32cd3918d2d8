"""Payments towards a balance: bookings says of each whether it is to be taken, and what of it may stay when it ends."""

from contracts.bookings import BalancePaymentAccepted, BalancePaymentRefused, BalanceSettled
from contracts.payments import PaymentPurpose
from contracts.values import Money
from services.payments.domain import Payment, Stance
from services.payments.domain.owed import Pursue
from services.payments.work import PaymentsWork


def accepted(event: BalancePaymentAccepted, work: PaymentsWork) -> None:
    """It is owed: the money is to be taken."""
    _decided(event.payment_id, Stance.APPROVED, work, why=type(event).__name__)


def refused(event: BalancePaymentRefused, work: PaymentsWork) -> None:
    """It is not owed: nothing is to be taken."""
    _decided(event.payment_id, Stance.ENDED, work, why=type(event).__name__)


def settled(event: BalanceSettled, work: PaymentsWork) -> None:
    """Paid at the desk: a page that asks for more than is left is closed, unless bookings has said yes to its money."""
    page = work.payments.live_of(event.booking_id, PaymentPurpose.EXTENSION)
    if page and page.amount > event.balance_due and work.standings.towards(page).stance is Stance.LIVE:
        _decided(page.id, Stance.ENDED, work, why=type(event).__name__)


def end_all(booking_id: str, fee: Money | None, besides: Money | None, work: PaymentsWork, *, why: str) -> None:
    """The booking was called off: what its own payment leaves of the fee, and what is owed `besides`, is kept of these.

    The oldest first.
    """
    payments = work.payments.all_of(booking_id)
    own = sum(payment.captured for payment in payments if payment.purpose is PaymentPurpose.BOOKING)
    left = max((fee.amount if fee else 0) - own, 0) + (besides.amount if besides else 0)
    for payment in payments:
        if payment.purpose is PaymentPurpose.EXTENSION:
            kept = min(left, _taken(payment, work))
            _decided(payment.id, Stance.ENDED, work, why=why, fee=kept)
            left -= kept


def _taken(payment: Payment, work: PaymentsWork) -> int:
    """What was taken of it, or is about to be."""
    approved = work.standings.towards(payment).stance is Stance.APPROVED
    return payment.amount.amount if approved and not payment.captured else payment.captured


def _decided(payment_id: str, stance: Stance, work: PaymentsWork, *, why: str, fee: int = 0) -> None:
    work.standings.decide(payment_id, stance, why=why, since=work.now, fee=fee)
    cause = work.cause.id if work.cause else work.now.isoformat()
    work.enqueue(Pursue(payment_id=payment_id, why=why), key=f"pursue:{payment_id}:{cause}")

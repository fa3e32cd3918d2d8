"""Handlers of events about payments towards a balance. Bookings accepts or refuses each such payment."""

from contracts.bookings.balance import BalancePaymentAccepted, BalancePaymentRefused, BalanceSettled
from contracts.payments.events import PaymentPurpose
from services.payments.domain.desired_state import BookingPhase
from services.payments.steps.balance_payments import set_desired_state
from services.payments.work import PaymentsWork


def accepted(event: BalancePaymentAccepted, work: PaymentsWork) -> None:
    """Capture the payment, because bookings has accepted its amount as owed."""
    set_desired_state(event.payment_id, BookingPhase.APPROVED, work, why=type(event).__name__)


def refused(event: BalancePaymentRefused, work: PaymentsWork) -> None:
    """Void the payment, because its amount is not owed."""
    set_desired_state(event.payment_id, BookingPhase.ENDED, work, why=type(event).__name__)


def settled_at_desk(event: BalanceSettled, work: PaymentsWork) -> None:
    """Close a checkout session for more than the remaining balance, unless bookings has accepted its payment."""
    payment = work.payments.find_live(event.booking_id, PaymentPurpose.EXTENSION)
    if payment is None or payment.amount <= event.balance_due:
        return
    if work.desired_states.of_payment(payment).phase is BookingPhase.LIVE:
        set_desired_state(payment.id, BookingPhase.ENDED, work, why=type(event).__name__)

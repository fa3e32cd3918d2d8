"""Handlers of booking events: each stores the desired state of the booking's payments and enqueues convergence."""

from dataclasses import replace

from contracts.bookings.approval import BookingApproved, BookingConfirmed, BookingDeclined
from contracts.bookings.balance import BalancePaymentAccepted, BalancePaymentRefused, BalanceSettled
from contracts.bookings.events import BookingCancelled, BookingExpired, BookingHeld, BookingPaymentFailed
from contracts.bookings.refunds import BookingRefundRetried
from contracts.bookings.stay_changes import StayChanged, StayChangeLapsed
from contracts.bookings.stays import BookingNoShow
from contracts.message import Event
from contracts.payments.events import PaymentPurpose
from contracts.values import Money
from services.payments.domain.decide import retry
from services.payments.domain.desired_state import BookingPhase, DesiredState
from services.payments.domain.payment import PaymentKey
from services.payments.lifecycle import OPEN
from services.payments.steps import balance_payments, kept_money
from services.payments.steps.convergence import enqueue_convergence
from services.payments.work import PaymentsWork

EndingEvent = BookingDeclined | BookingExpired | BookingCancelled | BookingNoShow
BookingEvent = BookingHeld | BookingApproved | BookingConfirmed | BookingPaymentFailed | EndingEvent


def held(event: BookingHeld, work: PaymentsWork) -> None:
    """Store that the booking may be paid."""
    work.set_desired_state(_live(event), converge=False)


def approved(event: BookingApproved, work: PaymentsWork) -> None:
    """Capture the payment that staff approved."""
    approved_by_staff = replace(
        _live(event), phase=BookingPhase.APPROVED, approved_payment=event.payment_id, fee=event.amount
    )
    work.set_desired_state(approved_by_staff, converge=True)


def confirmed(event: BookingConfirmed, work: PaymentsWork) -> None:
    """If the booking is confirmed without a card, end the payment that the guest has started, and return the money."""
    if event.paid_at is None:
        _end(event, None, work)


def payment_failed(event: BookingPaymentFailed, work: PaymentsWork) -> None:
    """Store that the booking may be paid again after a failed payment."""
    work.set_desired_state(_live(event), converge=True)


def ended(event: EndingEvent, work: PaymentsWork) -> None:
    """End the payments of a booking that has ended; the hotel keeps only the fee and other sums that the guest owes."""
    if isinstance(event, (BookingCancelled, BookingNoShow)) and event.keeps is not None:
        kept_money.keep(event.hotel, event.booking_id, event.keeps, work, why=_name(event))
        return
    fee = event.fee if isinstance(event, (BookingCancelled, BookingNoShow)) else None
    besides = event.besides if isinstance(event, (BookingCancelled, BookingNoShow)) else None
    if isinstance(event, BookingCancelled) and event.fee_at_desk:
        fee = None
    balance_payments.end_all(event.hotel, event.booking_id, fee, besides, work, why=_name(event))
    _end(event, fee, work)


def stay_changed(event: StayChanged, work: PaymentsWork) -> None:
    """Return the money that a cheaper stay no longer costs, and close pages on which too much would be paid."""
    if event.keeps is not None:
        kept_money.keep(event.hotel, event.booking_id, event.keeps, work, why=_name(event))
    _close_larger_page(event, work)
    page = work.payments.find_live(event.hotel, event.booking_id)
    if page and page.status in OPEN and page.amount != event.total:
        work.payments.supersede(page.key)
        enqueue_convergence(page.key, _name(event), work)


def refund_retried(event: BookingRefundRetried, work: PaymentsWork) -> None:
    """Retry the booking's failed refunds at the request of staff. A payment without a failed refund stays unchanged."""
    for key in work.payments.keys_to_converge(event.hotel, event.booking_id):
        payment = work.payments.lock(key)
        decision = retry(payment) if payment else None
        if payment and decision:
            work.record(payment, decision, why=_name(event), by=event.retried_by)
            enqueue_convergence(key, _name(event), work)


def balance_payment_accepted(event: BalancePaymentAccepted, work: PaymentsWork) -> None:
    """Capture the payment towards the balance, because the guest owes the amount."""
    balance_payments.set_desired_state(_key(event), BookingPhase.APPROVED, work, why=_name(event))


def balance_payment_refused(event: BalancePaymentRefused, work: PaymentsWork) -> None:
    """Void the payment towards the balance, because the guest does not owe the amount."""
    balance_payments.set_desired_state(_key(event), BookingPhase.ENDED, work, why=_name(event))


def change_lapsed(event: StayChangeLapsed, work: PaymentsWork) -> None:
    """Close the payment page of the change, or void its payment. An accepted payment has an event of its own."""
    payment = work.payments.find_live(event.hotel, event.booking_id, PaymentPurpose.CHANGE)
    if payment and payment.change_id == event.change_id:
        balance_payments.set_desired_state(payment.key, BookingPhase.ENDED, work, why=_name(event))


def balance_settled(event: BalanceSettled, work: PaymentsWork) -> None:
    """Close the checkout session if its amount exceeds the remaining balance, but not if its payment was accepted."""
    _close_larger_page(event, work)


def _close_larger_page(event: BalanceSettled | StayChanged, work: PaymentsWork) -> None:
    payment = work.payments.find_live(event.hotel, event.booking_id, PaymentPurpose.EXTENSION)
    if payment is None or payment.amount <= event.balance_due:
        return
    if work.desired_states.of_payment(payment).phase is BookingPhase.LIVE:
        balance_payments.set_desired_state(payment.key, BookingPhase.ENDED, work, why=_name(event))


def _end(event: EndingEvent | BookingConfirmed, fee: Money | None, work: PaymentsWork) -> None:
    """End the booking's own payment. A payment that has ended already keeps the fee of its first end."""
    if not work.desired_state(event.hotel, event.booking_id).ended:
        work.set_desired_state(replace(_live(event), phase=BookingPhase.ENDED, fee=fee), converge=True)


def _live(event: BookingEvent) -> DesiredState:
    return DesiredState(booking_id=event.booking_id, hotel=event.hotel, why=_name(event))


def _key(event: BalancePaymentAccepted | BalancePaymentRefused) -> PaymentKey:
    return PaymentKey(event.hotel, event.payment_id)


def _name(event: Event) -> str:
    return type(event).__name__

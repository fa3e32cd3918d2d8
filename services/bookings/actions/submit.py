"""Submit: the rooms service holds a draft's nights, and the booking then waits for payment."""

from typing import Any

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.asks import SubmitBooking
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from contracts.rooms.holds import HoldInventory
from contracts.values import SYSTEM
from services.bookings.domain import creation, hold_counts
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.lifecycle import ENDED
from services.bookings.steps import pending_actions
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def submit_booking(command: SubmitBooking, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Hold the draft's nights. Refused `SOLD_OUT`, `TOO_MANY_HOLDS`; raises the refusals of `may_submit`."""

    def decide(booking: Booking, work: BookingsWork) -> dict[str, Any] | None:
        if not may_submit(booking):
            return None
        tokens = work.dependencies.guest_tokens
        counters = hold_counts.counters(command.caps, email_hash=tokens.email_hash(booking.guest.email))
        if counters and work.caller.kind != "staff" and not booking.total.is_zero:
            work.count_hold(booking, counters)
        return {}

    return pending_actions.run(conversation, command, SUBMIT, decide, staff=False)


def may_submit(booking: Booking) -> bool:
    """True for a draft, False for a booking that was submitted already.

    Refused `BOOKING_ENDED`, `ILLEGAL_TRANSITION`, `TOTAL_BELOW_MINIMUM`, `TOTAL_ABOVE_MAXIMUM`.
    """
    if booking.status is BookingStatus.PENDING_PAYMENT or _is_submitted_without_payment(booking):
        return False
    if booking.status in ENDED:
        raise Refusal("BOOKING_ENDED", "This booking has ended.")
    if booking.status is not BookingStatus.DRAFT:
        raise Refusal("ILLEGAL_TRANSITION", "This booking has been submitted and paid for already.")
    creation.check_total(booking)
    return True


def _is_submitted_without_payment(booking: Booking) -> bool:
    return booking.needs_no_payment and booking.status in (BookingStatus.PENDING_APPROVAL, BookingStatus.CONFIRMED)


def _ask(booking: Booking, _: PendingAction) -> HoldInventory:
    return HoldInventory(
        **booking.about,
        room_type=booking.room_type_code,
        check_in=booking.check_in,
        check_out=booking.check_out,
        adults=booking.adults,
        children=booking.children,
        by_card=False,  # the total of the draft counts, and not that of the nights' present prices
    )


def _end(booking: Booking, intent: PendingAction, _: Any, work: BookingsWork) -> Booking:
    """The held booking. Its price and terms stay those of the draft."""
    held = work.record(booking, (creation.hold(booking, by=intent.by, now=work.now),), by=intent.by, pending=None)
    return work.record(held, creation.without_payment(held, now=work.now), by=SYSTEM)


SUBMIT = TwoStepAction(ActionKind.SUBMIT, _ask, _end)

"""Who may change a booking, and when."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from chassis.refusal import Refusal
from contracts.bookings.change_previews import RefusedChange
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import Reprice, RequestedChange
from contracts.rooms.settings import ALWAYS, FIRST, FREE_HOURS
from contracts.values import Caller
from services.bookings.domain import cancellation, cancellation_fees, change_requests, deadlines, local_time
from services.bookings.domain.booking import Booking
from services.bookings.domain.change_fees import UNPAID
from services.bookings.lifecycle import ENDED

CHANGE_NOT_ALLOWED = "CHANGE_NOT_ALLOWED"
ALREADY_CHECKED_IN = "BOOKING_ALREADY_CHECKED_IN"


def refusals(booking: Booking, change: RequestedChange, *, caller: Caller, now: datetime) -> Iterator[RefusedChange]:
    """The reasons for which the caller may not change the booking so now. Refused `VALIDATION_ERROR`."""
    as_guest = caller.kind != "staff"
    if booking.status in ENDED or _hold_is_over(booking, now):
        yield RefusedChange(code="BOOKING_ENDED", message="This booking has ended.")
        return
    if booking.status is BookingStatus.PENDING_APPROVAL and booking.decision_made_at:
        yield RefusedChange(code="DECISION_MADE", message="This booking has been approved; the payment is being taken.")
    if booking.pending_change and booking.pending_change.payment_id:
        yield RefusedChange(code="PAYMENT_UNDER_WAY", message="The guest has just paid for another change.")
    if booking.pending:
        yield RefusedChange(code="ACTION_IN_PROGRESS", message="Something else is being done with this booking.")
    if as_guest:
        yield from _of_a_guest(booking, change, now)
    elif change.waive_difference:
        yield from _without_override(change, caller)
        if booking.status in UNPAID:
            yield RefusedChange(code=CHANGE_NOT_ALLOWED, message="Nothing is paid yet: there is nothing to waive.")
    if not _holds_all_nights(booking):
        message = "The first nights were given up with the no-show: check the guest in, and extend the stay."
        yield RefusedChange(code=CHANGE_NOT_ALLOWED, message=message)
    if booking.status is BookingStatus.IN_HOUSE and not as_guest:
        yield from _in_house(booking, change)


def can_be_priced(booking: Booking, refused: Collection[RefusedChange]) -> bool:
    """Whether the rooms service has a price for a change: the booking holds its nights, or is a draft."""
    return _holds_all_nights(booking) and not any(each.code == "BOOKING_ENDED" for each in refused)


def changeable_until(booking: Booking, *, as_guest: bool) -> datetime | None:
    """The moment (UTC) until which the caller may change the booking as it is now; None without such a moment.

    A draft, a hold and a booking that awaits its decision are changed until they expire, by both.
    """
    if booking.status is BookingStatus.PENDING_PAYMENT:
        return deadlines.pay_by(booking)
    if booking.status is BookingStatus.CONFIRMED:
        return guests_change_until(booking) if as_guest else deadlines.no_show_at(booking)
    return deadlines.expires_at(booking)


def guests_change_until(booking: Booking) -> datetime | None:
    """The moment (UTC) until which the guest of a confirmed booking may change it; None where the guest never may."""
    rule = booking.terms.settings.guest_changes
    if rule == ALWAYS:
        return local_time.opens_at(booking.check_in, booking.terms.settings.check_in_time, booking.timezone)
    hours = cancellation_fees.free_hours(booking.terms.policy)
    if rule != FREE_HOURS or hours == cancellation_fees.NEVER_FREE:
        return None
    return cancellation_fees.first_opens_at(booking) - timedelta(hours=hours)


def pays_first(booking: Booking, *, as_guest: bool) -> bool:
    """Whether the caller's dearer change of a stay that a card has paid is paid before the stay changes."""
    settings = booking.terms.settings
    when = settings.change_payment_guest if as_guest else settings.change_payment_staff
    return when == FIRST and booking.status is BookingStatus.CONFIRMED and not booking.collected.is_zero


def _holds_all_nights(booking: Booking) -> bool:
    """False where an undone no-show has given up the first nights of the stay."""
    return booking.held_from in (None, booking.check_in)


def _hold_is_over(booking: Booking, now: datetime) -> bool:
    ends = deadlines.expires_at(booking)
    return ends is not None and now >= ends


def _of_a_guest(booking: Booking, change: RequestedChange, now: datetime) -> Iterator[RefusedChange]:
    if change.reprice is Reprice.ALL or change.waive_difference:
        yield RefusedChange(code="PERMISSION_DENIED", message="Only the hotel's staff may do this.")
    nights, most = change_requests.target_of(booking, change).stay.nights, booking.terms.settings.max_public_nights
    if nights > max(most, booking.stay.nights):
        yield RefusedChange(code="STAY_TOO_LONG", message=f"Ask the hotel for a stay of more than {most} nights.")
    if booking.status is BookingStatus.IN_HOUSE:
        yield RefusedChange(code=CHANGE_NOT_ALLOWED, message="Ask the front desk to change your stay.")
    if booking.status is BookingStatus.CONFIRMED:
        until = guests_change_until(booking)
        if until is None or now >= until:
            yield RefusedChange(code=CHANGE_NOT_ALLOWED, message="Ask the hotel to change this booking.")


def _without_override(change: RequestedChange, caller: Caller) -> Iterator[RefusedChange]:
    try:
        cancellation.require_override(change.reason, caller)
    except Refusal as refusal:
        yield RefusedChange(code=refusal.code, message=refusal.message)


def _in_house(booking: Booking, change: RequestedChange) -> Iterator[RefusedChange]:
    target = change_requests.target_of(booking, change)
    same_promotion = target.keeps_promo and target.new_promo_code is None
    if target.stay.check_in != booking.check_in or not (change_requests.same_type(booking, target) and same_promotion):
        message = "The guest is in house: only the check-out date and the party can change."
        yield RefusedChange(code=ALREADY_CHECKED_IN, message=message)
    party = (target.adults, target.children) != (booking.adults, booking.children)
    special = change.reprice is Reprice.ALL or change.waive_difference
    if change_requests.extends(booking, target) and (party or special):
        message = "The guest is in house: extend the stay at the present price, and change nothing else with it."
        yield RefusedChange(code=ALREADY_CHECKED_IN, message=message)

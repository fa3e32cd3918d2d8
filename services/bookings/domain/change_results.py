"""What a change does to a booking: the new price, the fee, and what becomes of the difference."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from contracts.bookings.change_previews import ChangeLine, Settlement
from contracts.bookings.stay_changes import RequestedChange
from contracts.data import Data
from contracts.rooms.stay_changes import ChangeOffer, RoomAfterChange
from contracts.values import Money, Stay
from services.bookings.domain import cancellation_fees, change_fees, change_requests, deadlines, local_time, money_due
from services.bookings.domain.agreed_terms import FirstBooked
from services.bookings.domain.booking import Booking
from services.bookings.domain.change_fees import UNPAID
from services.bookings.domain.extended_prices import whole_price
from services.bookings.domain.money_due import Balance

ROOM_UNASSIGNED = "ROOM_UNASSIGNED"
LOCKED_ROOM_LOST = "LOCKED_ROOM_LOST"
PROMOTION_ENDED = "PROMOTION_ENDED"


class ChangeResult(Data):
    """The booking after the change, without its money, and the money of the change."""

    booking: Booking
    offer: ChangeOffer
    fee: Money
    waived: Money
    balance: Balance
    settlement: Settlement

    @property
    def difference(self) -> Money:
        """The new total less the old one."""
        return self.offer.price.total - self.booking.total


def result(
    booking: Booking, change: RequestedChange, offer: ChangeOffer, *, now: datetime, pays_first: bool = False
) -> ChangeResult:
    """The result of the change, which the rooms service has priced.

    With `pays_first`, a difference that a card can take is paid before the stay changes.
    """
    target = change_requests.target_of(booking, change)
    removed = [night for night in booking.stay if night not in set(target.stay)]
    fee = change_fees.change_fee(booking, offer.price, removed, now=now, waived=change.waive_difference)
    higher = max(offer.price.total - booking.total, booking.nothing)
    waived = higher if change.waive_difference else booking.nothing
    waived -= _waiver_taken_back(booking, changed(booking, offer, fee=fee, waived=waived))
    after = changed(booking, offer, fee=fee, waived=waived)
    balance = money_due.balance(after)
    if booking.status in UNPAID:
        balance = Balance(
            due=booking.zero_if_none(booking.balance_due), refund=booking.nothing, refund_at_desk=booking.nothing
        )
    return ChangeResult(
        booking=booking,
        offer=offer,
        fee=fee,
        waived=waived,
        balance=balance,
        settlement=_settlement(booking, after, balance, pays_first=pays_first),
    )


def as_it_is(booking: Booking) -> ChangeOffer:
    """The offer of a change that changes nothing."""
    return ChangeOffer(
        room_type_code=booking.room_type_code,
        room_type_name=booking.room_type_name,
        price=booking.terms.price,
        room=RoomAfterChange.KEPT if booking.assigned_room_number else RoomAfterChange.NONE,
    )


def as_extended(booking: Booking, offer: ChangeOffer) -> ChangeOffer:
    """The offer; for a guest in house who stays longer, with the price of an extension."""
    if offer.added is None:
        return offer
    return replace(offer, price=whole_price(booking.terms.price, offer.added))


def changed(booking: Booking, offer: ChangeOffer, *, fee: Money, waived: Money) -> Booking:
    """The booking with the new price, the fee and the waived amount."""
    return replace(
        booking,
        terms=replace(booking.terms, price=offer.price),
        change_fees=booking.zero_if_none(booking.change_fees) + fee,
        waived=booking.zero_if_none(booking.waived) + waived,
    )


def private_fields(booking: Booking, change: RequestedChange, offer: ChangeOffer, *, at: datetime) -> dict[str, Any]:
    """The fields of the booking changed at the moment `at` (UTC) that no event carries."""
    stay = change_requests.target_of(booking, change).stay
    first = booking.first_booked or FirstBooked(check_in=booking.check_in, price=booking.terms.price)
    after = replace(booking, check_in=stay.check_in, check_out=stay.check_out)
    return {
        "terms": replace(booking.terms, price=offer.price),
        "room_type_name": offer.room_type_name,
        "first_booked": first,
        "approval_deadline_at": deadlines.approval_deadline_again(after, now=at),
    }


def loses_locked_room(booking: Booking, offer: ChangeOffer) -> bool:
    """Whether the change gives back a room that the guest was promised."""
    return booking.room_locked and offer.room is RoomAfterChange.FREED


def warnings(booking: Booking, offer: ChangeOffer) -> tuple[str, ...]:
    """The warnings of a change: the room is given back, although it was promised; the discount has ended."""
    codes = {
        ROOM_UNASSIGNED: offer.room is RoomAfterChange.FREED,
        LOCKED_ROOM_LOST: loses_locked_room(booking, offer),
        PROMOTION_ENDED: offer.discount_ended,
    }
    return tuple(code for code, applies in codes.items() if applies)


def lines(booking: Booking, change: RequestedChange, offer: ChangeOffer, *, now: datetime) -> tuple[ChangeLine, ...]:
    """The nights of the changed stay with their parts of the new total."""
    stay = change_requests.stay_for_rooms(booking, change, now=now)
    agreed = {each.night for each in stay.agreed}
    nights = tuple(Stay(stay.check_in, stay.check_out))
    upto = [cancellation_fees.nights_used(offer.price, count) for count in range(1, len(nights) + 1)]
    before = (booking.nothing, *upto)
    return tuple(
        ChangeLine(night=night, amount=until - earlier, agreed=night in agreed)
        for night, until, earlier in zip(nights, upto, before, strict=False)
    )


def nights_of(booking: Booking, stay: Stay) -> tuple[tuple[date, ...], tuple[date, ...], tuple[date, ...]]:
    """The nights that the change keeps, adds and removes."""
    before, after = set(booking.stay), set(stay)
    return tuple(sorted(before & after)), tuple(sorted(after - before)), tuple(sorted(before - after))


def checkout_deadline(booking: Booking, check_out: date) -> datetime:
    """The check-out deadline (UTC) of a stay that ends on this date."""
    return local_time.closes_at(check_out, booking.terms.settings.standard_checkout_time, booking.timezone)


def _waiver_taken_back(booking: Booking, after: Booking) -> Money:
    """The part of an earlier waiver that ends, because money that nobody has paid is not returned."""
    nothing = booking.nothing
    surplus = nothing if booking.status in UNPAID else max(nothing - money_due.open_amount(after), nothing)
    return min(booking.zero_if_none(booking.waived), surplus)


def _settlement(booking: Booking, after: Booking, balance: Balance, *, pays_first: bool) -> Settlement:
    if booking.status in UNPAID:
        return Settlement.NONE
    if booking.held_on_card and money_due.to_capture(after) < money_due.to_capture(booking):
        return Settlement.CAPTURE_LESS
    if not balance.goes_back.is_zero:
        return Settlement.REFUND
    rise = balance.due - booking.zero_if_none(booking.balance_due)
    if rise <= booking.nothing:
        return Settlement.NONE
    return Settlement.PAY_FIRST if pays_first and booking.terms.charge_limits.allow(rise) else Settlement.OWED

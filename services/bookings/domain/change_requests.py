"""A requested change: the stay that the booking is to have, and which nights keep their price."""

from datetime import date, datetime

from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import Reprice, RequestedChange
from contracts.data import Data
from contracts.rooms.stay_changes import AgreedNight, ChangedStay
from contracts.values import Money, Stay
from services.bookings.domain import local_time
from services.bookings.domain.booking import Booking
from services.bookings.domain.validation import invalid


class TargetStay(Data):
    """The stay that a booking is to have, complete. `new_promo_code` is a code that the booking does not have yet."""

    stay: Stay
    room_type: str
    adults: int
    children: int
    keeps_promo: bool
    new_promo_code: str | None


def target_of(booking: Booking, change: RequestedChange) -> TargetStay:
    """The stay that the change asks for. Refused `VALIDATION_ERROR`."""
    adults = booking.adults if change.adults is None else change.adults
    children = booking.children if change.children is None else change.children
    if adults < 1 or children < 0:
        raise invalid(
            "adults" if adults < 1 else "children", "Must be at least 1." if adults < 1 else "Must not be negative."
        )
    stay = Stay(change.check_in or booking.check_in, change.check_out or booking.check_out)
    if stay.nights < 1:
        raise invalid("check_out", "Must be after check_in.")
    present = booking.terms.price.promo_code
    code = (change.promo_code or "").upper()
    return TargetStay(
        stay=stay,
        room_type=change.room_type_code or booking.room_type_code,
        adults=adults,
        children=children,
        keeps_promo=not change.removes_promo and code in ("", present),
        new_promo_code=code if code and code != present else None,
    )


def changes_nothing(booking: Booking, target: TargetStay, change: RequestedChange) -> bool:
    """Whether the booking is as wanted already, and keeps its price."""
    return (
        target.stay == booking.stay
        and same_type(booking, target)
        and (target.adults, target.children) == (booking.adults, booking.children)
        and target.new_promo_code is None
        and (target.keeps_promo or booking.terms.price.promo_code is None)
        and change.reprice is Reprice.CHANGED_NIGHTS
    )


def extends(booking: Booking, target: TargetStay) -> bool:
    """Whether the change lets a guest in house stay longer, as an extension does."""
    return booking.status is BookingStatus.IN_HOUSE and target.stay.check_out > booking.check_out


def same_type(booking: Booking, target: TargetStay) -> bool:
    """Whether the booking keeps its room type."""
    return target.room_type in (booking.room_type_code, booking.room_type_name)


def stay_for_rooms(booking: Booking, change: RequestedChange, *, now: datetime) -> ChangedStay:
    """The changed stay for the rooms service, with the nights that keep their agreed price."""
    target = target_of(booking, change)
    price = booking.terms.price
    return ChangedStay(
        check_in=target.stay.check_in,
        check_out=target.stay.check_out,
        room_type=target.room_type,
        party=target.adults + target.children,
        agreed=tuple(AgreedNight(night=night, price=amount) for night, amount in _agreed(booking, target, change, now)),
        tax_percent=None if change.reprice is Reprice.ALL else price.tax_percent,
        promotion=price.promotion if target.keeps_promo else None,
        promo_code=target.new_promo_code or (price.promo_code if target.keeps_promo and not price.promotion else None),
        needs_promo=target.new_promo_code is not None,
        draft=booking.status is BookingStatus.DRAFT,
    )


def _agreed(booking: Booking, target: TargetStay, change: RequestedChange, now: datetime) -> list[tuple[date, Money]]:
    keeps_all = same_type(booking, target) and change.reprice is Reprice.CHANGED_NIGHTS
    today = local_time.local_date(now, booking.timezone)
    nights = zip(booking.stay, booking.terms.price.nights, strict=False)
    return [(night, amount) for night, amount in nights if night in set(target.stay) and (keeps_all or night < today)]

"""Changes of a booked stay: the nights to sell and to free, the room afterwards, and the new price."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from chassis.refusal import Refusal
from contracts.rooms.stay_changes import ChangedStay, ChangeOffer, RoomAfterChange
from contracts.values import Price, Stay
from services.rooms.domain import offers, pricing, stays
from services.rooms.domain.assignments import already_checked_in
from services.rooms.domain.holds import Hold, HoldPart, NightChange, change, merged
from services.rooms.domain.hotels import Hotel, RoomType
from services.rooms.domain.periods import Period
from services.rooms.domain.pricing import Promotion
from services.rooms.domain.rooms import Room
from services.rooms.domain.validation import invalid

ONE_NIGHT = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class NightOnSale:
    """A night of one room type: its price in minor units, without tax, and the rooms that are left to sell."""

    room_type_id: int
    night: date
    price: int
    units: int


@dataclass(frozen=True, kw_only=True)
class NightsOnSale:
    """The nights on sale of some room types, keyed by type id and night."""

    nights: Mapping[tuple[int, date], NightOnSale]

    @classmethod
    def of(cls, nights: Sequence[NightOnSale]) -> "NightsOnSale":
        """The nights, which have no order."""
        return cls(nights={(each.room_type_id, each.night): each for each in nights})

    def with_given_back(self, parts: Iterable[HoldPart]) -> "NightsOnSale":
        """The nights on sale once one room of these parts is given back."""
        freed = {
            (type_id, night): replace(each, units=each.units + 1)
            for night, type_id in counted_nights(parts)
            if (each := self.nights.get((type_id, night)))
        }
        return replace(self, nights={**self.nights, **freed})

    def is_free(self, room_type_id: int, night: date) -> bool:
        """Whether a room of the type is left to sell on the night."""
        each = self.nights.get((room_type_id, night))
        return each is not None and each.units > 0


@dataclass(frozen=True, kw_only=True)
class InventoryChange:
    """The parts of the hold after a change, and the changes of the night counters.

    `sold_out` has the nights on which the counted type is full: the change is then not possible.
    """

    parts: tuple[HoldPart, ...]
    changes: tuple[NightChange, ...]
    room: RoomAfterChange
    sold_out: tuple[date, ...] = ()


def check(
    changed: ChangedStay, before: Stay | None, room_type: RoomType, *, today: date, in_house: bool = False
) -> Stay:
    """Check the dates and the party of the changed stay; returns the stay.

    `before` is the stay so far, None for a draft. A date that stays the same may be past; a guest in house may leave
    today. Refused `VALIDATION_ERROR`, and `BEYOND_HORIZON` for nights that are not on sale yet.
    """
    stay = Stay(changed.check_in, changed.check_out)
    stays.check_length(stay)
    if stay.check_in < today and (before is None or stay.check_in != before.check_in):
        raise invalid("check_in", "must not be in the past")
    first_end = today if in_house else today + ONE_NIGHT
    if stay.check_out < first_end and (before is None or stay.check_out != before.check_out):
        raise invalid("check_out", "must not be in the past")
    stays.check_horizon(stay.check_out, today=today)
    if changed.party > room_type.max_occupancy:
        raise invalid("adults", f"and children are more than the {room_type.max_occupancy} who may sleep there")
    return stay


def check_in_house(stay: Stay, hold: Hold, room_type: RoomType) -> None:
    """Check that only the check-out date of a guest in house changes. Refused `BOOKING_ALREADY_CHECKED_IN`."""
    if stay.check_in != hold.stay.check_in or room_type.id != hold.room_type_id:
        raise already_checked_in("The guest is in house: only the check-out date can change.")


def nights_in_room(period: Period | None, stay: Stay) -> Stay:
    """The nights of the changed stay in its assigned room: after a move, not those slept in an earlier room."""
    return Stay(period.nights.check_in, stay.check_out) if period and period.moved_in else stay


def inventory(
    hold: Hold,
    stay: Stay,
    room_type: RoomType,
    on_sale: NightsOnSale,
    *,
    room: Room | None,
    room_is_free: bool,
    today: date,
) -> InventoryChange:
    """The change of the hold's nights to those of `stay`, on which the booking is to have `room_type`.

    `room` is the assigned room, and `room_is_free` says that no other period of the room has one of the nights. The
    room is kept where it is free, and the booked type is unchanged or is the room's; the nights then count on the
    room's type. Nights before `today` (hotel-local) stay on the type on which they count.
    """
    without_room = RoomAfterChange.FREED if room else RoomAfterChange.NONE
    freed = _counted_on(hold, stay, room_type.id, on_sale, room=without_room, today=today)
    if not room or not room_is_free or room_type.id not in (hold.room_type_id, room.room_type_id):
        return freed
    in_room = _counted_on(hold, stay, room.room_type_id, on_sale, room=RoomAfterChange.KEPT, today=today)
    return freed if in_room.sold_out and not freed.sold_out else in_room


def price(
    changed: ChangedStay,
    room_type: RoomType,
    on_sale: NightsOnSale,
    hotel: Hotel,
    *,
    promotion: Promotion | None,
) -> tuple[Price, bool]:
    """The price of the whole changed stay, and whether the discount has ended.

    Refused `BEYOND_HORIZON` for a night without a price, and `UNKNOWN_PROMO` where the named promotion does not apply.
    """
    stay = Stay(changed.check_in, changed.check_out)
    covered = promotion if promotion and promotion.covers(stay, room_type_id=room_type.id) else None
    if changed.promo_code and changed.needs_promo and covered is None:
        raise Refusal("UNKNOWN_PROMO", "There is no such promotion for this stay.")
    agreed = {each.night: each.price.amount for each in changed.agreed}
    amounts = [agreed[night] if night in agreed else _price_of(on_sale, room_type, night) for night in stay]
    tax = hotel.tax_percent if changed.tax_percent is None else changed.tax_percent
    whole = pricing.price_of(amounts, currency=hotel.currency, tax_percent=Decimal(tax), promotion=covered)
    return whole, covered is None and (promotion is not None or changed.promo_code is not None)


def added_nights_price(
    hold: Hold, stay: Stay, room_type: RoomType, on_sale: NightsOnSale, hotel: Hotel
) -> Price | None:
    """The price of the nights that an extension of the stay of a guest in house adds; None where it adds none."""
    if stay.check_out <= hold.stay.check_out:
        return None
    amounts = [_price_of(on_sale, room_type, night) for night in Stay(hold.stay.check_out, stay.check_out)]
    return pricing.price_of(amounts, currency=hotel.currency, tax_percent=hotel.tax_percent)


def offer(
    room_type: RoomType,
    whole: Price,
    change: InventoryChange | None,
    *,
    discount_ended: bool,
    added: Price | None = None,
) -> ChangeOffer:
    """The offer of a change; `change` is None for a draft, which has no nights."""
    return ChangeOffer(
        room_type_code=room_type.code,
        room_type_name=room_type.name,
        price=whole,
        room=change.room if change else RoomAfterChange.NONE,
        sold_out=change.sold_out if change else (),
        discount_ended=discount_ended,
        added=added,
    )


def sold_out(room_type: RoomType, nights: Sequence[date]) -> Refusal:
    """The refusal `SOLD_OUT`, with the `nights` on which the type is full."""
    message = f"{room_type.name} is sold out on some of these nights."
    return Refusal("SOLD_OUT", message, nights=[night.isoformat() for night in nights])


def room_taken_meanwhile() -> Refusal:
    """The refusal `EXTENSION_CONFLICT`, for a guest in house who would lose the room."""
    return Refusal("EXTENSION_CONFLICT", "The guest's room is taken on some of these nights.")


def price_changed() -> Refusal:
    """The refusal `PRICE_CHANGED`, for a change whose result is no longer the expected one."""
    return Refusal("PRICE_CHANGED", "The price or the room has changed since you looked.")


def _price_of(on_sale: NightsOnSale, room_type: RoomType, night: date) -> int:
    each = on_sale.nights.get((room_type.id, night))
    if each is None:
        raise offers.not_on_sale()
    return each.price


def _counted_on(
    hold: Hold, stay: Stay, room_type_id: int, on_sale: NightsOnSale, *, room: RoomAfterChange, today: date
) -> InventoryChange:
    before = dict(counted_nights(hold.parts))
    after = {night: room_type_id if night >= today else before.get(night, room_type_id) for night in stay}
    leaving = [(night, type_id) for night, type_id in before.items() if after.get(night) != type_id]
    arriving = [(night, type_id) for night, type_id in after.items() if before.get(night) != type_id]
    return InventoryChange(
        parts=night_parts(after.items()),
        changes=(*night_changes(leaving, by=-1), *night_changes(arriving, by=1)),
        room=room,
        sold_out=tuple(night for night, type_id in arriving if not on_sale.is_free(type_id, night)),
    )


def counted_nights(parts: Iterable[HoldPart]) -> Iterator[tuple[date, int]]:
    """The nights of the parts, each with the id of the type on which it counts."""
    for part in parts:
        for night in Stay(part.first_night, part.until):
            yield night, part.room_type_id


def night_parts(nights: Iterable[tuple[date, int]]) -> tuple[HoldPart, ...]:
    """The parts that have these nights, each on its type."""
    ordered = sorted(nights)
    return merged(
        [HoldPart(room_type_id=type_id, first_night=night, until=night + ONE_NIGHT) for night, type_id in ordered]
    )


def night_changes(nights: Iterable[tuple[date, int]], *, by: int) -> Iterator[NightChange]:
    """The counter changes that add `by` on each of these nights of its type."""
    return (change(part, by=by) for part in night_parts(nights))

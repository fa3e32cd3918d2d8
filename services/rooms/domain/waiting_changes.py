"""Changes of a stay that wait for their payment: the nights that they hold, and the stay once they are applied."""

from collections.abc import Iterable
from datetime import date

from contracts.rooms.stay_changes import ChangeOffer, RoomAfterChange
from contracts.values import Stay
from services.rooms.domain.holds import Hold, HoldPart, NightChange, change
from services.rooms.domain.periods import Period
from services.rooms.domain.rooms import Room
from services.rooms.domain.stay_changes import ONE_NIGHT, InventoryChange, counted_nights, night_changes, night_parts


def added_parts(inventory: InventoryChange) -> tuple[HoldPart, ...]:
    """The nights that the change adds, each on the type on which it counts: what is held until the change is paid."""
    return tuple(
        HoldPart(room_type_id=each.room_type_id, first_night=each.first_night, until=each.until)
        for each in inventory.changes
        if each.by > 0
    )


def given_back(waiting: Hold | None) -> tuple[NightChange, ...]:
    """The counter changes that free the nights of a change that waits no longer."""
    return tuple(change(part, by=-1) for part in waiting.parts) if waiting else ()


def to_hold_in_room(stay: Period | None, in_room: Stay) -> tuple[Stay, ...]:
    """The nights of the changed stay for which the booking does not have its room yet, as unbroken stays."""
    have = set(stay.nights) if stay else set()
    return unbroken(night for night in in_room if night not in have)


def unbroken(nights: Iterable[date]) -> tuple[Stay, ...]:
    """The nights, which are ascending, as stays without a gap."""
    stays: list[Stay] = []
    for night in nights:
        if stays and stays[-1].check_out == night:
            stays[-1] = Stay(stays[-1].check_in, night + ONE_NIGHT)
        else:
            stays.append(Stay(night, night + ONE_NIGHT))
    return tuple(stays)


def applied(hold: Hold, waiting: Hold) -> tuple[tuple[HoldPart, ...], tuple[NightChange, ...]]:
    """The parts of the booking's hold after the change, and the counter changes: nights are freed, and none is sold.

    A night that the change holds counts on the held type, and any other on the type on which it counts now.
    """
    before, held = dict(counted_nights(hold.parts)), dict(counted_nights(waiting.parts))
    both = before | held
    after = {night: both[night] for night in waiting.stay if night in both}
    leaving = [(night, type_id) for night, type_id in before.items() if night not in after or night in held]
    return night_parts(after.items()), tuple(night_changes(leaving, by=-1))


def room_after(
    offer: ChangeOffer, hold: Hold, waiting: Hold, room: Room | None, others: Iterable[Period]
) -> RoomAfterChange:
    """What becomes of the room that the booking has now; `others` are the room's periods on the changed stay.

    The room for which the offer was made is kept, where the offer keeps it. A room that was assigned since then is kept
    where it is free and has the booked type, on which the held nights count.
    """
    if room is None:
        return RoomAfterChange.NONE
    mine, periods = (hold.booking_id, waiting.booking_id), tuple(others)
    if any(period.booking_id not in mine for period in periods):
        return RoomAfterChange.FREED
    offered = offer.room is RoomAfterChange.KEPT and hold.room_type_id == waiting.room_type_id
    was_held = offered and (not waiting.parts or any(period.held for period in periods))
    keeps = was_held or room.room_type_id == waiting.room_type_id
    return RoomAfterChange.KEPT if keeps else RoomAfterChange.FREED

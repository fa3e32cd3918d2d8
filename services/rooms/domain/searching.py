"""Which rooms are free on some nights, and what is in the way of the others."""

from collections.abc import Sequence
from datetime import date

from contracts.rooms import ConflictReason, FreeRoom, RoomStatus, TakenRoom
from contracts.values import Stay
from services.rooms.domain.assigning import PeriodKind, Room, Taken

Why = ConflictReason


def judged(
    room: Room, nights: Stay, taken: Sequence[Taken], *, today: date, besides: str | None
) -> FreeRoom | TakenRoom:
    """Whether the room could be had. What the booking `besides` has counts for free.

    `taken` are the room's live stays and blocks of the first night and later.
    """
    others = sorted((one for one in taken if one.booking_id != besides or besides is None), key=_begins)
    in_the_way = [one for one in others if one.nights.check_in < nights.check_out]
    lived_in = room.occupied_by is not None and room.occupied_by != besides
    reason = _reason(room, in_the_way, lived_in=lived_in and nights.check_in <= today, now=nights.check_in <= today)
    if reason is None:
        coming = [one.nights.check_in for one in others if one.kind is PeriodKind.STAY]
        return FreeRoom(
            room_number=room.room_number,
            room_type=room.type_name,
            is_occupied=room.status is RoomStatus.OCCUPIED,
            current_booking_id=room.occupied_by,
            next_booking=coming[0] if coming else None,
        )
    return TakenRoom(
        room_number=room.room_number,
        room_type=room.type_name,
        conflict_reason=reason,
        conflict_booking_id=_whose(room, reason, in_the_way),
        available_from=None if _for_good(reason, in_the_way) else _free_from(nights.check_in, in_the_way, others),
    )


def _reason(room: Room, in_the_way: Sequence[Taken], *, lived_in: bool, now: bool) -> ConflictReason | None:
    out_of_order = any(one.out_of_order for one in in_the_way)
    rules = (
        (Why.INACTIVE, not room.is_active),
        (Why.OUT_OF_ORDER, out_of_order or (now and room.status is RoomStatus.OUT_OF_ORDER)),
        (Why.CURRENTLY_OCCUPIED, lived_in or any(one.moved_in for one in in_the_way)),
        (Why.BLOCKED, any(one.kind is PeriodKind.BLOCK for one in in_the_way)),
        (Why.EXISTING_BOOKING, bool(in_the_way)),
    )
    return next((reason for reason, applies in rules if applies), None)


def _whose(room: Room, reason: ConflictReason, in_the_way: Sequence[Taken]) -> str | None:
    if reason is Why.CURRENTLY_OCCUPIED:
        return next((one.booking_id for one in in_the_way if one.moved_in), room.occupied_by)
    if reason is Why.EXISTING_BOOKING:
        return next(one.booking_id for one in in_the_way)
    return None


def _for_good(reason: ConflictReason, in_the_way: Sequence[Taken]) -> bool:
    """Nothing says when it ends."""
    return reason is Why.INACTIVE or (reason is Why.OUT_OF_ORDER and not in_the_way)


def _free_from(check_in: date, in_the_way: Sequence[Taken], others: Sequence[Taken]) -> date:
    """The end of what is in the way, and of all that follows it without a night between."""
    free = max((one.nights.check_out for one in in_the_way), default=check_in)
    for one in others:
        if one.nights.check_in <= free:
            free = max(free, one.nights.check_out)
    return free


def _begins(one: Taken) -> date:
    return one.nights.check_in

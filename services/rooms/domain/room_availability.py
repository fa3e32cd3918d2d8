"""Availability room by room: decides whether a room is free on some nights, and describes the conflict."""

from collections.abc import Sequence
from datetime import date

from contracts.rooms.events import RoomStatus
from contracts.rooms.room_availability import ConflictReason, FreeRoom, TakenRoom
from contracts.values import Stay
from services.rooms.domain.periods import Period, PeriodKind
from services.rooms.domain.rooms import Room, is_out_of_order


def availability_of(
    room: Room, nights: Stay, periods: Sequence[Period], *, today: date, exclude_booking: str | None
) -> FreeRoom | TakenRoom:
    """A `FreeRoom` where the room is free on these nights, else a `TakenRoom` with the conflict.

    The stay of `exclude_booking` is ignored. `periods` are the room's periods on the first night or later.
    """
    others = sorted((each for each in periods if each.booking_id != exclude_booking or not exclude_booking), key=_start)
    conflicts = [period for period in others if period.nights.check_in < nights.check_out]
    starts_now = nights.check_in <= today
    occupied = room.occupied_by is not None and room.occupied_by != exclude_booking and starts_now
    out_of_order = starts_now and is_out_of_order(room, today=today)
    reason = _reason(room, conflicts, occupied=occupied, out_of_order=out_of_order)
    if reason is None:
        stays = [period.nights.check_in for period in others if period.kind is PeriodKind.STAY]
        return FreeRoom(
            room_number=room.room_number,
            room_type=room.type_name,
            is_occupied=room.status is RoomStatus.OCCUPIED,
            current_booking_id=room.occupied_by,
            next_booking=stays[0] if stays else None,
        )
    return TakenRoom(
        room_number=room.room_number,
        room_type=room.type_name,
        conflict_reason=reason,
        conflict_booking_id=_conflicting_booking(room, reason, conflicts),
        available_from=None if _is_open_ended(reason, conflicts) else _free_from(nights.check_in, conflicts, others),
    )


def _reason(room: Room, conflicts: Sequence[Period], *, occupied: bool, out_of_order: bool) -> ConflictReason | None:
    out_of_order = out_of_order or any(period.out_of_order for period in conflicts)
    rules = (
        (ConflictReason.INACTIVE, not room.is_active),
        (ConflictReason.OUT_OF_ORDER, out_of_order),
        (ConflictReason.CURRENTLY_OCCUPIED, occupied or any(period.moved_in for period in conflicts)),
        (ConflictReason.BLOCKED, any(period.kind is PeriodKind.BLOCK for period in conflicts)),
        (ConflictReason.EXISTING_BOOKING, bool(conflicts)),
    )
    return next((reason for reason, applies in rules if applies), None)


def _conflicting_booking(room: Room, reason: ConflictReason, conflicts: Sequence[Period]) -> str | None:
    if reason is ConflictReason.CURRENTLY_OCCUPIED:
        return next((period.booking_id for period in conflicts if period.moved_in), room.occupied_by)
    if reason is ConflictReason.EXISTING_BOOKING:
        return next(period.booking_id for period in conflicts)
    return None


def _is_open_ended(reason: ConflictReason, conflicts: Sequence[Period]) -> bool:
    """Whether the end of the conflict is unknown: the room is inactive, or out of order without a conflicting block."""
    return reason is ConflictReason.INACTIVE or (reason is ConflictReason.OUT_OF_ORDER and not conflicts)


def _free_from(check_in: date, conflicts: Sequence[Period], others: Sequence[Period]) -> date:
    """The date on which the room is free again, after the conflicts and all periods that follow without a gap."""
    free = max((period.nights.check_out for period in conflicts), default=check_in)
    for period in others:
        if period.nights.check_in <= free:
            free = max(free, period.nights.check_out)
    return free


def _start(period: Period) -> date:
    return period.nights.check_in

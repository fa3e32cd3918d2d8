"""What became of rooms that were checked out together, as older clients know it."""

from dataclasses import dataclass

from contracts import bookings


@dataclass(frozen=True, kw_only=True)
class RoomFailed:
    """A room in which nothing was done, and why."""

    room_number: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Departed:
    """By room: its booking checked out, the room cleared of nobody's guest, or neither."""

    checked_out_bookings: tuple[str, ...]
    rooms_cleared: tuple[str, ...]
    failed: tuple[RoomFailed, ...]
    destructive_mode: bool


@dataclass(frozen=True, kw_only=True)
class RoomsCheckedOut:
    """What a bulk check-out answers."""

    detail: str
    results: Departed


def rooms_checked_out(told: bookings.RoomsCheckedOut) -> RoomsCheckedOut:
    """The answer in words and by room."""
    return RoomsCheckedOut(
        detail=f"Processed {told.processed} room(s) in hotel '{told.hotel}'",
        results=Departed(
            checked_out_bookings=told.checked_out_bookings,
            rooms_cleared=told.rooms_cleared,
            failed=tuple(RoomFailed(room_number=one.room_number, code=one.code) for one in told.failed),
            destructive_mode=told.destructive,
        ),
    )

"""`hotelmate ghosts`: where bookings and rooms did not agree about who lives where, and what became of it."""

import sqlalchemy as sa

from hotelmate.screen import moment, say, show_table
from hotelmate.surroundings import connected, look_around

_SEEN = sa.text("""
SELECT kind, hotel, room_number, booking_id, first_seen_at, mended_at, problem FROM ghost
ORDER BY mended_at IS NOT NULL, first_seen_at DESC LIMIT 200
""")
_SAYS = {
    "OCCUPIED_BY_NOBODY": "occupied, but its booking is not in house",
    "NOT_IN_ITS_ROOM": "in house, but the room is not occupied by it",
    "CLAIMED_BY_NOBODY": "kept for a booking that has ended or never was",
}


def ghosts() -> None:
    """Show what did not agree between bookings and rooms: since when, and whether it is mended.

    Bookings compares all rooms every half minute and mends what is still there a minute later, by a check-out's or
    check-in's own ways. `left to people` names the reason: move the guest, or use the destructive bulk check-out.
    """
    with connected(look_around().database_url("bookings")) as connection:
        rows = connection.execute(_SEEN).all()
    if not rows:
        say("Bookings and rooms agree.")
        return
    columns = ("booking", "hotel", "room", "what", "since", "outcome")
    show_table(
        columns,
        [
            (row.booking_id, row.hotel, row.room_number, _SAYS[row.kind], moment(row.first_seen_at), _outcome(row))
            for row in rows
        ],
    )


def _outcome(row: sa.Row[tuple[object, ...]]) -> str:
    if row.mended_at:
        return f"mended {moment(row.mended_at)}"
    return f"left to people: {row.problem}" if row.problem else "looked at again"

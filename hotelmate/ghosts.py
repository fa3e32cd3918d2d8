"""`hotelmate ghosts`: prints the differences between bookings and the occupants of rooms, each with its outcome."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotelmate.config import load_config
from hotelmate.console import moment, show_table
from hotelmate.invariants.context import ExaminationContext
from hotelmate.queries import service_queries

MOST = 200
_DESCRIPTIONS = {
    "OCCUPIED_BY_NOBODY": "occupied, but its booking is not in house",
    "NOT_IN_ITS_ROOM": "in house, but the room is not occupied by it",
    "CLAIMED_BY_NOBODY": "kept for a booking that has ended or does not exist",
}


def ghosts() -> None:
    """Show the differences between bookings and rooms, each with its start and whether it is mended.

    The bookings service compares all rooms every half minute. The service mends a difference that lasts a
    minute, by an ordinary check-out or check-in. Other differences have the outcome `left to people` with a reason:
    staff move the guest, or use the destructive bulk check-out.
    """
    with service_queries(load_config(), direct=False) as ask:
        rows = sorted(ExaminationContext(ask=ask).rows("bookings", "ghosts"), key=_order)[:MOST]
    columns = ("booking", "hotel", "room", "what", "since", "outcome")
    show_table(columns, [_row(row) for row in rows], empty="Bookings and rooms agree.")


def _order(row: Mapping[str, Any]) -> tuple[bool, float]:
    """The sort key that puts open differences first, then the newest."""
    return row["mended_at"] is not None, -datetime.fromisoformat(row["first_seen_at"]).timestamp()


def _row(row: Mapping[str, Any]) -> tuple[object, ...]:
    since = moment(datetime.fromisoformat(row["first_seen_at"]))
    return row["booking_id"], row["hotel"], row["room_number"], _DESCRIPTIONS[row["kind"]], since, _outcome(row)


def _outcome(row: Mapping[str, Any]) -> str:
    if row["mended_at"]:
        return f"mended {moment(datetime.fromisoformat(row['mended_at']))}"
    return f"left to people: {row['problem']}" if row["problem"] else "looked at again"

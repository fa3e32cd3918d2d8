"""Ends the hold of a change that waits: its nights of the room at once, and its counters with the caller's changes."""

from contracts.rooms.events import InventoryReleased
from services.rooms.domain.held_rooms import Ending
from services.rooms.domain.holds import Hold
from services.rooms.work import RoomsWork


def end(work: RoomsWork, waiting: Hold | None) -> None:
    """End the locked hold of a change, None where no change waits. The counters are left to the caller."""
    if waiting is None:
        return
    ending = Ending(hold=waiting, stay=None, from_on=None)
    work.publish(InventoryReleased(booking_id=waiting.booking_id, hotel=waiting.hotel), sequence=ending.version)
    work.endings.end([ending], now=work.now)
    work.periods.end_held([waiting.hotel], [waiting.booking_id], now=work.now)

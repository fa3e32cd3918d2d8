"""The only SQL of rooms.

Two rules keep it free of deadlocks, whatever runs at once:

1. Levels: hotel, then action, hold, room (with its cleaning task), period, night. A transaction that locked at one
   level goes down, never up.
2. Within a level ascending: holds by booking id, rooms by id, nights by (room type, date), each level in one statement.

Nights are therefore counted once a transaction, as its last lock (`Nights.shift`).
"""

from services.rooms.store.actions import Actions
from services.rooms.store.availability import Availability
from services.rooms.store.holds import Holds
from services.rooms.store.hotels import Hotels
from services.rooms.store.menu import Menus
from services.rooms.store.nights import Nights
from services.rooms.store.offers import Offers
from services.rooms.store.periods import Periods
from services.rooms.store.policies import Policies
from services.rooms.store.promotions import Promotions
from services.rooms.store.properties import Properties
from services.rooms.store.rates import Rates
from services.rooms.store.room_edits import RoomEdits
from services.rooms.store.room_types import RoomTypes
from services.rooms.store.rooms import Rooms
from services.rooms.store.tasks import Tasks

__all__ = [
    "Actions",
    "Availability",
    "Holds",
    "Hotels",
    "Menus",
    "Nights",
    "Offers",
    "Periods",
    "Policies",
    "Promotions",
    "Properties",
    "Rates",
    "RoomEdits",
    "RoomTypes",
    "Rooms",
    "Tasks",
]

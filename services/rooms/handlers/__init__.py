"""Load, decide, record: one function for each message."""

from services.rooms.handlers.assigning import find_candidates, give_room, take_room_back
from services.rooms.handlers.ending import (
    booking_cancelled,
    booking_declined,
    booking_expired,
    booking_no_show,
    release_inventory,
)
from services.rooms.handlers.extending import extend_stay
from services.rooms.handlers.hotels import get_hotel, get_settings, list_hotels
from services.rooms.handlers.importing import import_hotel
from services.rooms.handlers.living import move_in, move_out
from services.rooms.handlers.moving import move_guest
from services.rooms.handlers.selling import check_availability, give_quote, hold_inventory
from services.rooms.handlers.tending import extend_nights, forget_quotes
from services.rooms.handlers.turning import change_room_status, get_room, get_room_history, list_rooms
from services.rooms.handlers.walk_ins import receive_walk_in

__all__ = [
    "booking_cancelled",
    "booking_declined",
    "booking_expired",
    "booking_no_show",
    "change_room_status",
    "check_availability",
    "extend_nights",
    "extend_stay",
    "find_candidates",
    "forget_quotes",
    "get_hotel",
    "get_room",
    "get_room_history",
    "get_settings",
    "give_quote",
    "give_room",
    "hold_inventory",
    "import_hotel",
    "list_hotels",
    "list_rooms",
    "move_guest",
    "move_in",
    "move_out",
    "receive_walk_in",
    "release_inventory",
    "take_room_back",
]

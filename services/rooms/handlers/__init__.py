"""Load, decide, record: one function for each message."""

from services.rooms.handlers.assigning import find_candidates, give_room, take_room_back
from services.rooms.handlers.blocking import block_room, list_blocks, unblock_room
from services.rooms.handlers.ending import (
    booking_cancelled,
    booking_declined,
    booking_expired,
    booking_no_show,
    release_inventory,
)
from services.rooms.handlers.extending import extend_stay
from services.rooms.handlers.hotels import get_hotel, get_settings, list_hotels
from services.rooms.handlers.housekeeping import assign_task, finish_task, list_tasks, start_task
from services.rooms.handlers.importing import import_hotel
from services.rooms.handlers.living import move_in, move_out
from services.rooms.handlers.moving import move_guest
from services.rooms.handlers.searching import find_free_rooms
from services.rooms.handlers.seeing import get_room, get_room_history, list_rooms
from services.rooms.handlers.selling import check_availability, give_quote, hold_inventory
from services.rooms.handlers.tending import extend_nights, forget_quotes
from services.rooms.handlers.turning import change_room_status
from services.rooms.handlers.walk_ins import receive_walk_in

__all__ = [
    "assign_task",
    "block_room",
    "booking_cancelled",
    "booking_declined",
    "booking_expired",
    "booking_no_show",
    "change_room_status",
    "check_availability",
    "extend_nights",
    "extend_stay",
    "find_candidates",
    "find_free_rooms",
    "finish_task",
    "forget_quotes",
    "get_hotel",
    "get_room",
    "get_room_history",
    "get_settings",
    "give_quote",
    "give_room",
    "hold_inventory",
    "import_hotel",
    "list_blocks",
    "list_hotels",
    "list_rooms",
    "list_tasks",
    "move_guest",
    "move_in",
    "move_out",
    "receive_walk_in",
    "release_inventory",
    "start_task",
    "take_room_back",
    "unblock_room",
]

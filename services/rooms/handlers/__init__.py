"""Load, decide, record: one function for each message."""

from services.rooms.handlers.assigning import find_candidates, give_room, take_room_back
from services.rooms.handlers.blocking import block_room, list_blocks, unblock_room
from services.rooms.handlers.census import take_census
from services.rooms.handlers.clearing import clear_room, find_rooms
from services.rooms.handlers.ending import (
    booking_cancelled,
    booking_declined,
    booking_expired,
    booking_no_show,
    release_inventory,
)
from services.rooms.handlers.extending import extend_stay
from services.rooms.handlers.hotels import get_hotel, list_hotels
from services.rooms.handlers.housekeeping import assign_task, finish_task, list_tasks, start_task
from services.rooms.handlers.importing import import_hotel
from services.rooms.handlers.living import move_in, move_out
from services.rooms.handlers.menu import (
    add_menu_item,
    change_menu_item,
    get_menu,
    get_menu_item,
    price_items,
    remove_menu_item,
)
from services.rooms.handlers.moving import move_guest
from services.rooms.handlers.policies import add_policy, change_policy, get_policy, list_policies, remove_policy
from services.rooms.handlers.promotions import (
    add_promotion,
    change_promotion,
    get_promotion,
    list_promotions,
    remove_promotion,
)
from services.rooms.handlers.rates import list_rates, write_rates
from services.rooms.handlers.room_edits import add_room, change_room, remove_room
from services.rooms.handlers.room_types import (
    add_room_type,
    change_room_type,
    get_room_type,
    list_room_types,
    remove_room_type,
)
from services.rooms.handlers.searching import find_free_rooms
from services.rooms.handlers.seeing import get_room, get_room_history, list_rooms
from services.rooms.handlers.selling import check_availability, give_quote, hold_inventory
from services.rooms.handlers.settings import change_settings, get_settings
from services.rooms.handlers.tending import extend_nights, forget_quotes
from services.rooms.handlers.turning import change_room_status
from services.rooms.handlers.walk_ins import receive_walk_in

__all__ = [
    "add_menu_item",
    "add_policy",
    "add_promotion",
    "add_room",
    "add_room_type",
    "assign_task",
    "block_room",
    "booking_cancelled",
    "booking_declined",
    "booking_expired",
    "booking_no_show",
    "change_menu_item",
    "change_policy",
    "change_promotion",
    "change_room",
    "change_room_status",
    "change_room_type",
    "change_settings",
    "check_availability",
    "clear_room",
    "extend_nights",
    "extend_stay",
    "find_candidates",
    "find_free_rooms",
    "find_rooms",
    "finish_task",
    "forget_quotes",
    "get_hotel",
    "get_menu",
    "get_menu_item",
    "get_policy",
    "get_promotion",
    "get_room",
    "get_room_history",
    "get_room_type",
    "get_settings",
    "give_quote",
    "give_room",
    "hold_inventory",
    "import_hotel",
    "list_blocks",
    "list_hotels",
    "list_policies",
    "list_promotions",
    "list_rates",
    "list_room_types",
    "list_rooms",
    "list_tasks",
    "move_guest",
    "move_in",
    "move_out",
    "price_items",
    "receive_walk_in",
    "release_inventory",
    "remove_menu_item",
    "remove_policy",
    "remove_promotion",
    "remove_room",
    "remove_room_type",
    "start_task",
    "take_census",
    "take_room_back",
    "unblock_room",
    "write_rates",
]

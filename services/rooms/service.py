"""The registry of the rooms service: its asks, events and timers.

The service handles the four events that end a booking. Any other event of a booking either changes no nights and no
room (money, notes, decisions), or follows an ask that the bookings service has sent before (hold, room assignment,
check-in, extension, check-out).
"""

from chassis.service import Service, every, handles, on
from contracts import rooms
from contracts.bookings import BookingCancelled, BookingDeclined, BookingExpired, BookingNoShow
from services.rooms.handlers import (
    assignments,
    availability,
    blocks,
    booking_events,
    extensions,
    holds,
    hotel_import,
    hotels,
    menu,
    moves,
    occupancy,
    quotes,
    rates,
    room_availability,
    settings,
    tasks,
    timers,
    turnover,
    walk_ins,
)
from services.rooms.handlers import rooms as room
from services.rooms.handlers.nouns import MENU_ITEMS, POLICIES, PROMOTIONS, ROOM_TYPES
from services.rooms.settings import RoomsSettings
from services.rooms.store.examination import EXAMINATION
from services.rooms.work import RoomsWork

SERVICE = Service(
    name="rooms",
    settings=RoomsSettings,
    work=RoomsWork,
    dependencies=lambda _: None,
    examination=EXAMINATION,
    asks=(
        handles(rooms.ListHotels, hotels.list_hotels),
        handles(rooms.GetHotel, hotels.get_hotel),
        handles(rooms.GetSettings, settings.get_settings),
        handles(rooms.ChangeSettings, settings.change_settings),
        handles(rooms.ImportHotel, hotel_import.import_hotel),
        handles(rooms.ListRoomTypes, ROOM_TYPES.list),
        handles(rooms.GetRoomType, ROOM_TYPES.get),
        handles(rooms.AddRoomType, ROOM_TYPES.add),
        handles(rooms.ChangeRoomType, ROOM_TYPES.update),
        handles(rooms.RemoveRoomType, ROOM_TYPES.remove),
        handles(rooms.ListRates, rates.list_rates),
        handles(rooms.WriteRates, rates.write_rates),
        handles(rooms.ListPromotions, PROMOTIONS.list),
        handles(rooms.GetPromotion, PROMOTIONS.get),
        handles(rooms.AddPromotion, PROMOTIONS.add),
        handles(rooms.ChangePromotion, PROMOTIONS.update),
        handles(rooms.RemovePromotion, PROMOTIONS.remove),
        handles(rooms.ListPolicies, POLICIES.list),
        handles(rooms.GetPolicy, POLICIES.get),
        handles(rooms.AddPolicy, POLICIES.add),
        handles(rooms.ChangePolicy, POLICIES.update),
        handles(rooms.RemovePolicy, POLICIES.remove),
        handles(rooms.CheckAvailability, availability.check_availability),
        handles(rooms.GiveQuote, quotes.give_quote),
        handles(rooms.HoldInventory, holds.hold_inventory),
        handles(rooms.ReleaseInventory, holds.release_inventory),
        handles(rooms.FindCandidates, assignments.find_candidates),
        handles(rooms.GiveRoom, assignments.give_room),
        handles(rooms.TakeRoomBack, assignments.take_room_back),
        handles(rooms.ReceiveWalkIn, walk_ins.receive_walk_in),
        handles(rooms.MoveIn, occupancy.move_in),
        handles(rooms.MoveGuest, moves.move_guest),
        handles(rooms.MoveOut, occupancy.move_out),
        handles(rooms.ExtendStay, extensions.extend_stay),
        handles(rooms.FindRooms, room.find_rooms),
        handles(rooms.TakeCensus, occupancy.take_census),
        handles(rooms.ClearRoom, occupancy.clear_room),
        handles(rooms.ListRooms, room.list_rooms),
        handles(rooms.GetRoom, room.get_room),
        handles(rooms.AddRoom, room.add_room),
        handles(rooms.ChangeRoom, room.change_room),
        handles(rooms.RemoveRoom, room.remove_room),
        handles(rooms.GetRoomHistory, room.get_room_history),
        handles(rooms.FindFreeRooms, room_availability.find_free_rooms),
        handles(rooms.ChangeRoomStatus, turnover.change_room_status),
        handles(rooms.ListBlocks, blocks.list_blocks),
        handles(rooms.BlockRoom, blocks.block_room),
        handles(rooms.UnblockRoom, blocks.unblock_room),
        handles(rooms.ListTasks, tasks.list_tasks),
        handles(rooms.AssignTask, tasks.assign_task),
        handles(rooms.StartTask, tasks.start_task),
        handles(rooms.FinishTask, tasks.finish_task),
        handles(rooms.GetMenu, menu.get_menu),
        handles(rooms.GetMenuItem, MENU_ITEMS.get),
        handles(rooms.AddMenuItem, MENU_ITEMS.add),
        handles(rooms.ChangeMenuItem, MENU_ITEMS.update),
        handles(rooms.RemoveMenuItem, MENU_ITEMS.remove),
        handles(rooms.PriceItems, menu.price_items),
    ),
    events=(
        on(BookingDeclined, booking_events.booking_ended),
        on(BookingCancelled, booking_events.booking_cancelled),
        on(BookingExpired, booking_events.booking_ended),
        on(BookingNoShow, booking_events.booking_ended),
    ),
    timers=(
        every(600, timers.extend_nights),
        every(3600, timers.forget_quotes),
    ),
)

"""The doors of rooms: hotels, availability, prices, inventory, assignments, blocks, the turnover and its tasks.

Of the bookings' events only the four that end a booking have a door: everything else that happens to a booking is
either no matter of rooms (money, notes, decisions) or was asked of rooms before bookings recorded it (holds, rooms,
check-in, extension, check-out).
"""

from chassis.doors import Service, asked, every, on
from contracts.bookings import BookingCancelled, BookingDeclined, BookingExpired, BookingNoShow
from contracts.rooms import (
    AssignTask,
    BlockRoom,
    ChangeRoomStatus,
    CheckAvailability,
    ExtendStay,
    FindCandidates,
    FindFreeRooms,
    FinishTask,
    GetHotel,
    GetRoom,
    GetRoomHistory,
    GetSettings,
    GiveQuote,
    GiveRoom,
    HoldInventory,
    ImportHotel,
    ListBlocks,
    ListHotels,
    ListRooms,
    ListTasks,
    MoveGuest,
    MoveIn,
    MoveOut,
    ReceiveWalkIn,
    ReleaseInventory,
    StartTask,
    TakeRoomBack,
    UnblockRoom,
)
from services.rooms import handlers
from services.rooms.settings import RoomsSettings
from services.rooms.work import RoomsWork

SERVICE = Service(
    name="rooms",
    settings=RoomsSettings,
    work=RoomsWork,
    tools=lambda _: None,
    asks=(
        asked(ListHotels, handlers.list_hotels),
        asked(GetHotel, handlers.get_hotel),
        asked(GetSettings, handlers.get_settings),
        asked(ImportHotel, handlers.import_hotel),
        asked(CheckAvailability, handlers.check_availability),
        asked(GiveQuote, handlers.give_quote),
        asked(HoldInventory, handlers.hold_inventory),
        asked(ReleaseInventory, handlers.release_inventory),
        asked(FindCandidates, handlers.find_candidates),
        asked(GiveRoom, handlers.give_room),
        asked(TakeRoomBack, handlers.take_room_back),
        asked(ReceiveWalkIn, handlers.receive_walk_in),
        asked(MoveIn, handlers.move_in),
        asked(MoveGuest, handlers.move_guest),
        asked(MoveOut, handlers.move_out),
        asked(ExtendStay, handlers.extend_stay),
        asked(ListRooms, handlers.list_rooms),
        asked(GetRoom, handlers.get_room),
        asked(GetRoomHistory, handlers.get_room_history),
        asked(FindFreeRooms, handlers.find_free_rooms),
        asked(ChangeRoomStatus, handlers.change_room_status),
        asked(ListBlocks, handlers.list_blocks),
        asked(BlockRoom, handlers.block_room),
        asked(UnblockRoom, handlers.unblock_room),
        asked(ListTasks, handlers.list_tasks),
        asked(AssignTask, handlers.assign_task),
        asked(StartTask, handlers.start_task),
        asked(FinishTask, handlers.finish_task),
    ),
    hears=(
        on(BookingDeclined, handlers.booking_declined),
        on(BookingCancelled, handlers.booking_cancelled),
        on(BookingExpired, handlers.booking_expired),
        on(BookingNoShow, handlers.booking_no_show),
    ),
    timers=(
        every(600, handlers.extend_nights),
        every(3600, handlers.forget_quotes),
    ),
)

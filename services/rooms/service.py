"""The registry of the rooms service: its asks, events and timers.

The service handles only the four events that end a booking, and the end of a change that waits. All other events of a
booking either concern money, notes or decisions, or follow an ask that this service has answered before (hold, room
assignment, check-in, extension, check-out).
"""

from chassis.service import Service, converses, every, handles, on
from contracts.bookings.approval import BookingDeclined
from contracts.bookings.events import BookingCancelled, BookingExpired
from contracts.bookings.stay_changes import StayChangeLapsed
from contracts.bookings.stays import BookingNoShow
from contracts.rooms.assignments import FindCandidates, GiveRoom, TakeRoomBack
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.blocks import BlockRoom, ListBlocks, UnblockRoom
from contracts.rooms.capacity import GetCapacity
from contracts.rooms.extensions import ExtendStay
from contracts.rooms.holds import HoldInventory, ReleaseInventory
from contracts.rooms.hotel_import import ImportHotel
from contracts.rooms.hotels import GetHotel, ListHotels
from contracts.rooms.menu import AddMenuItem, ChangeMenuItem, GetMenu, GetMenuItem, PriceItems, RemoveMenuItem
from contracts.rooms.moves import MoveGuest
from contracts.rooms.occupancy import ClearRoom, MoveIn, MoveOut, TakeCensus
from contracts.rooms.policies import AddPolicy, ChangePolicy, GetPolicy, ListPolicies, RemovePolicy
from contracts.rooms.promotions import AddPromotion, ChangePromotion, GetPromotion, ListPromotions, RemovePromotion
from contracts.rooms.quotes import GiveQuote
from contracts.rooms.rates import ListRates, WriteRates
from contracts.rooms.room_availability import FindFreeRooms
from contracts.rooms.room_plan import ApplyRoomPlan, FindRoomPlan
from contracts.rooms.room_types import AddRoomType, ChangeRoomType, GetRoomType, ListRoomTypes, RemoveRoomType
from contracts.rooms.rooms import AddRoom, ChangeRoom, FindRooms, GetRoom, GetRoomHistory, ListRooms, RemoveRoom
from contracts.rooms.settings import ChangeSettings, GetSettings
from contracts.rooms.stay_changes import ChangeStay, PreviewStayChange
from contracts.rooms.tasks import AssignTask, FinishTask, ListTasks, StartTask
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.rooms.undo import CheckUndo, HoldAgain, UndoMoveIn, UndoMoveOut
from contracts.rooms.waiting_changes import ApplyStayChange, HoldStayChange
from contracts.rooms.walk_ins import ReceiveWalkIn
from services.rooms.handlers import (
    assignments,
    availability,
    blocks,
    booking_events,
    capacity,
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
    room_plan,
    settings,
    stay_changes,
    tasks,
    timers,
    turnover,
    undo,
    waiting_changes,
    walk_ins,
)
from services.rooms.handlers import rooms as room
from services.rooms.handlers.nouns import MENU_ITEMS, POLICIES, PROMOTIONS, ROOM_TYPES
from services.rooms.plan_process.client import PlanProcess
from services.rooms.settings import RoomsSettings
from services.rooms.store.examination import EXAMINATION
from services.rooms.work import RoomsDependencies, RoomsWork

SERVICE = Service(
    name="rooms",
    settings=RoomsSettings,
    work=RoomsWork,
    dependencies=lambda _: RoomsDependencies(plan=PlanProcess().plan),
    metrics=room_plan.read_metrics,
    examination=EXAMINATION,
    asks=(
        handles(ListHotels, hotels.list_hotels),
        handles(GetHotel, hotels.get_hotel),
        handles(GetSettings, settings.get_settings),
        handles(ChangeSettings, settings.change_settings),
        handles(ImportHotel, hotel_import.import_hotel),
        handles(ListRoomTypes, ROOM_TYPES.list),
        handles(GetRoomType, ROOM_TYPES.get),
        handles(AddRoomType, ROOM_TYPES.add),
        handles(ChangeRoomType, ROOM_TYPES.update),
        handles(RemoveRoomType, ROOM_TYPES.remove),
        handles(ListRates, rates.list_rates),
        handles(WriteRates, rates.write_rates),
        handles(ListPromotions, PROMOTIONS.list),
        handles(GetPromotion, PROMOTIONS.get),
        handles(AddPromotion, PROMOTIONS.add),
        handles(ChangePromotion, PROMOTIONS.update),
        handles(RemovePromotion, PROMOTIONS.remove),
        handles(ListPolicies, POLICIES.list),
        handles(GetPolicy, POLICIES.get),
        handles(AddPolicy, POLICIES.add),
        handles(ChangePolicy, POLICIES.update),
        handles(RemovePolicy, POLICIES.remove),
        handles(CheckAvailability, availability.check_availability),
        handles(GetCapacity, capacity.get_capacity),
        converses(GiveQuote, quotes.give_quote),
        converses(HoldInventory, holds.hold_inventory),
        handles(ReleaseInventory, holds.release_inventory),
        handles(FindCandidates, assignments.find_candidates),
        handles(GiveRoom, assignments.give_room),
        handles(TakeRoomBack, assignments.take_room_back),
        converses(FindRoomPlan, room_plan.find_room_plan),
        handles(ApplyRoomPlan, room_plan.apply_room_plan),
        handles(ReceiveWalkIn, walk_ins.receive_walk_in),
        handles(MoveIn, occupancy.move_in),
        handles(MoveGuest, moves.move_guest),
        handles(MoveOut, occupancy.move_out),
        handles(ExtendStay, extensions.extend_stay),
        handles(PreviewStayChange, stay_changes.preview_stay_change),
        handles(ChangeStay, stay_changes.change_stay),
        handles(HoldStayChange, waiting_changes.hold_stay_change),
        handles(ApplyStayChange, waiting_changes.apply_stay_change),
        handles(UndoMoveIn, undo.undo_move_in),
        handles(UndoMoveOut, undo.undo_move_out),
        handles(HoldAgain, undo.hold_again),
        handles(CheckUndo, undo.check_undo),
        handles(FindRooms, room.find_rooms),
        handles(TakeCensus, occupancy.take_census),
        handles(ClearRoom, occupancy.clear_room),
        handles(ListRooms, room.list_rooms),
        handles(GetRoom, room.get_room),
        handles(AddRoom, room.add_room),
        handles(ChangeRoom, room.change_room),
        handles(RemoveRoom, room.remove_room),
        handles(GetRoomHistory, room.get_room_history),
        handles(FindFreeRooms, room_availability.find_free_rooms),
        handles(ChangeRoomStatus, turnover.change_room_status),
        handles(ListBlocks, blocks.list_blocks),
        handles(BlockRoom, blocks.block_room),
        handles(UnblockRoom, blocks.unblock_room),
        handles(ListTasks, tasks.list_tasks),
        handles(AssignTask, tasks.assign_task),
        handles(StartTask, tasks.start_task),
        handles(FinishTask, tasks.finish_task),
        handles(GetMenu, menu.get_menu),
        handles(GetMenuItem, MENU_ITEMS.get),
        handles(AddMenuItem, MENU_ITEMS.add),
        handles(ChangeMenuItem, MENU_ITEMS.update),
        handles(RemoveMenuItem, MENU_ITEMS.remove),
        handles(PriceItems, menu.price_items),
    ),
    events=(
        on(BookingDeclined, booking_events.booking_ended),
        on(BookingCancelled, booking_events.booking_cancelled),
        on(BookingExpired, booking_events.booking_ended),
        on(BookingNoShow, booking_events.booking_ended),
        on(StayChangeLapsed, waiting_changes.change_lapsed),
    ),
    timers=(
        every(1, timers.return_to_order),
        every(600, timers.extend_nights),
        every(3600, timers.forget_quotes),
    ),
)

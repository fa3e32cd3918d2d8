"""The registry of the bookings service: each message and its handler."""

from chassis.service import Service, converses, every, handles, on
from contracts.bookings.amendments import AmendBooking, MarkSeen
from contracts.bookings.approval import ApproveBooking, ConfirmBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking, CreateBooking, SubmitBooking
from contracts.bookings.balance import RefundAtDesk, SettleBalance
from contracts.bookings.bulk_check_in import CheckInBookings
from contracts.bookings.bulk_check_out import CheckOutRooms
from contracts.bookings.chat import GetChat, ListChats, ReadChat, SendChatMessage
from contracts.bookings.communications import Communicate, GetLetter, GetMailFacts, GetManyMailFacts, ListCommunications
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.guest_access import AuthenticateGuest, ExchangeCode, FindEndedGuestTokens, RevokeGuestToken
from contracts.bookings.guest_services import GetOwnMenu, RegisterPushToken
from contracts.bookings.lookups import GetLookupLetter, LookUpBookings
from contracts.bookings.orders import AcceptOrder, CancelOrder, CompleteOrder, ListOrders, PlaceOrder
from contracts.bookings.overstays import AcknowledgeOverstay, GetOverstay
from contracts.bookings.queries import GetBooking, GetFeed, GetGuestNames, GetPayable, GetTimeline, ListBookings
from contracts.bookings.refunds import RetryRefund
from contracts.bookings.room_plan import PlanRooms
from contracts.bookings.stay_changes import ChangeBooking, PreviewChange
from contracts.bookings.stays import (
    AssignRoom,
    CheckIn,
    CheckOut,
    GetCandidateRooms,
    MarkNoShow,
    MoveRoom,
    UnassignRoom,
)
from contracts.bookings.undo import PreviewUndo, UndoCheckIn, UndoCheckOut, UndoNoShow
from contracts.bookings.walk_ins import AddWalkIn
from contracts.notifier.events import NoticeGaveUp, NoticeSent
from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentDisputed,
    PaymentMismatched,
    PaymentRefunded,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentVoided,
    RefundFailed,
)
from contracts.rooms.events import (
    AvailabilityChanged,
    InventoryChanged,
    InventoryExtended,
    InventoryHeld,
    InventoryReleased,
    RoomOccupied,
    RoomVacated,
)
from services.bookings.actions import (
    assign,
    cancel,
    change,
    check_in,
    check_out,
    extend,
    move,
    submit,
    unassign,
    undo_check_in,
    undo_check_out,
    undo_no_show,
)
from services.bookings.handlers import (
    action_completion,
    amendments,
    approval,
    balance,
    batches,
    bulk_check_in,
    bulk_check_out,
    chat,
    communications,
    creation,
    drafts,
    ghosts,
    guest_access,
    guest_services,
    holds,
    lookups,
    no_shows,
    orders,
    overstays,
    payment_events,
    queries,
    refunds,
    room_plan,
    room_plan_checks,
    timers,
    undo,
    unusual_holds,
    waiting_changes,
    walk_ins,
)
from services.bookings.settings import BookingsSettings
from services.bookings.steps import booking_creation
from services.bookings.store.examination import EXAMINATION
from services.bookings.work import BookingsWork, dependencies

SERVICE = Service(
    name="bookings",
    settings=BookingsSettings,
    work=BookingsWork,
    dependencies=dependencies,
    metrics=queries.read_metrics,
    examination=EXAMINATION,
    lock_first=batches.lock_bookings,
    asks=[
        converses(CreateBooking, creation.create_booking, replay=booking_creation.with_token),
        converses(AddWalkIn, walk_ins.add_walk_in, replay=booking_creation.with_token),
        converses(SubmitBooking, submit.submit_booking),
        handles(ApproveBooking, approval.approve_booking),
        handles(DeclineBooking, approval.decline_booking),
        handles(ConfirmBooking, approval.confirm_booking),
        converses(CancelBooking, cancel.cancel_booking),
        handles(RetryRefund, refunds.retry_refund),
        converses(AssignRoom, assign.assign_room),
        converses(UnassignRoom, unassign.unassign_room),
        converses(PlanRooms, room_plan.plan_rooms),
        converses(CheckIn, check_in.check_in),
        converses(CheckInBookings, bulk_check_in.check_in_bookings),
        converses(MoveRoom, move.move_room),
        converses(CheckOut, check_out.check_out),
        converses(CheckOutRooms, bulk_check_out.check_out_rooms),
        converses(ExtendBooking, extend.extend_booking),
        converses(PreviewChange, change.preview_change),
        converses(ChangeBooking, change.change_booking),
        handles(MarkNoShow, no_shows.mark_no_show),
        converses(UndoCheckIn, undo_check_in.undo_check_in),
        converses(UndoCheckOut, undo_check_out.undo_check_out),
        converses(UndoNoShow, undo_no_show.undo_no_show),
        converses(PreviewUndo, undo.preview_undo),
        handles(SettleBalance, balance.settle_balance),
        handles(RefundAtDesk, balance.refund_at_desk),
        handles(AcknowledgeOverstay, overstays.acknowledge_overstay),
        handles(GetOverstay, overstays.get_overstay),
        handles(MarkSeen, amendments.mark_seen),
        handles(AmendBooking, amendments.amend_booking),
        handles(GetBooking, queries.get_booking),
        handles(ListBookings, queries.list_bookings),
        handles(GetFeed, queries.get_feed),
        handles(GetTimeline, queries.get_timeline),
        converses(GetCandidateRooms, assign.get_candidate_rooms),
        handles(GetPayable, queries.get_payable),
        handles(GetGuestNames, queries.get_guest_names),
        handles(GetMailFacts, guest_access.get_mail_facts),
        handles(GetManyMailFacts, guest_access.get_many_mail_facts),
        handles(AuthenticateGuest, guest_access.authenticate_guest),
        handles(FindEndedGuestTokens, guest_access.find_ended_tokens),
        handles(ExchangeCode, guest_access.exchange_code),
        handles(RevokeGuestToken, guest_access.revoke_guest_token),
        handles(LookUpBookings, lookups.look_up_bookings),
        handles(GetLookupLetter, lookups.get_lookup_letter),
        handles(Communicate, communications.communicate),
        handles(ListCommunications, communications.list_communications),
        handles(GetLetter, communications.get_letter),
        handles(SendChatMessage, chat.send_chat_message),
        handles(ReadChat, chat.read_chat),
        handles(GetChat, chat.get_chat),
        handles(ListChats, chat.list_chats),
        converses(PlaceOrder, orders.place_order),
        handles(AcceptOrder, orders.accept_order),
        handles(CompleteOrder, orders.complete_order),
        handles(CancelOrder, orders.cancel_order),
        handles(ListOrders, orders.list_orders),
        converses(GetOwnMenu, guest_services.get_own_menu),
        handles(RegisterPushToken, guest_services.register_push_token),
    ],
    events=[
        on(PaymentSessionOpened, payment_events.payment_session_opened),
        on(PaymentSessionExpired, payment_events.payment_session_expired),
        on(PaymentAuthorized, payment_events.payment_authorized),
        on(PaymentCaptured, payment_events.payment_captured),
        on(PaymentCaptureFailed, payment_events.payment_capture_failed),
        on(PaymentVoided, payment_events.payment_voided),
        on(CancellationFeeCaptured, payment_events.cancellation_fee_captured),
        on(PaymentRefunded, payment_events.payment_refunded),
        on(RefundFailed, payment_events.refund_failed),
        on(PaymentMismatched, payment_events.payment_trouble),
        on(PaymentDisputed, payment_events.payment_trouble),
        on(InventoryHeld, holds.store_hold),
        on(InventoryExtended, action_completion.finish_pending_action),
        on(InventoryChanged, action_completion.finish_pending_action),
        on(InventoryReleased, holds.delete_hold),
        on(RoomOccupied, action_completion.finish_pending_action),
        on(RoomVacated, action_completion.finish_pending_action),
        on(AvailabilityChanged, room_plan_checks.check_soon),
        on(NoticeSent, communications.notice_sent),
        on(NoticeGaveUp, communications.notice_gave_up),
        # RoomStatusChanged and HotelSettingsChanged have no handler: a booking keeps the terms it was made with.
    ],
    timers=[
        every(1, timers.apply_due_deadline),
        every(1, lookups.begin_lookup_mail),
        every(3600, lookups.delete_old_lookups),
        every(1, waiting_changes.settle_due_change, converses=True),
        every(1, overstays.flag_overstays),
        every(1, action_completion.drive_stale_actions, converses=True),
        every(1, holds.release_orphan_holds, converses=True),
        every(5, ghosts.take_census, converses=True),
        every(10, unusual_holds.watch_holds, converses=True),
        every(5, room_plan_checks.check_room_plans, converses=True),
        every(3600, guest_access.delete_ended_codes),
        every(3600, drafts.delete_ended_drafts),
    ],
)

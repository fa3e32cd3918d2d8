"""The doors of bookings: which message goes to which function."""

from chassis.doors import Service, asked, converses, every, on
from contracts import bookings as say
from contracts import notifier, payments, rooms
from services.bookings.handlers import (
    access,
    actions,
    cancelling,
    clock,
    creating,
    deciding,
    departures,
    extending,
    inventory,
    no_shows,
    noting,
    overstays,
    reading,
    walk_ins,
)
from services.bookings.handlers import payments as paid
from services.bookings.handlers import rooms as staying
from services.bookings.settings import BookingsSettings
from services.bookings.work import BookingsWork, tools

SERVICE = Service(
    name="bookings",
    settings=BookingsSettings,
    work=BookingsWork,
    tools=tools,
    asks=[
        converses(say.CreateBooking, creating.create_booking, replay=creating.with_token),
        converses(say.AddWalkIn, walk_ins.add_walk_in, replay=creating.with_token),
        converses(say.SubmitBooking, staying.submit_booking),
        asked(say.ApproveBooking, deciding.approve_booking),
        asked(say.DeclineBooking, deciding.decline_booking),
        asked(say.ConfirmBooking, deciding.confirm_booking),
        converses(say.CancelBooking, cancelling.cancel_booking),
        asked(say.RetryRefund, deciding.retry_refund),
        converses(say.AssignRoom, staying.assign_room),
        converses(say.UnassignRoom, staying.unassign_room),
        converses(say.CheckIn, staying.check_in),
        converses(say.MoveRoom, staying.move_room),
        converses(say.CheckOut, staying.check_out),
        converses(say.CheckOutRooms, departures.check_out_rooms),
        converses(say.ExtendBooking, extending.extend_booking),
        asked(say.MarkNoShow, no_shows.mark_no_show),
        asked(say.AcknowledgeOverstay, overstays.acknowledge_overstay),
        asked(say.GetOverstay, overstays.get_overstay),
        asked(say.MarkSeen, noting.mark_seen),
        asked(say.AmendBooking, noting.amend_booking),
        asked(say.GetBooking, reading.get_booking),
        asked(say.ListBookings, reading.list_bookings),
        asked(say.GetFeed, reading.get_feed),
        asked(say.GetTimeline, reading.get_timeline),
        converses(say.GetCandidateRooms, staying.get_candidate_rooms),
        asked(say.GetPayable, reading.get_payable),
        asked(say.GetGuestNames, reading.get_guest_names),
        asked(say.GetMailFacts, access.get_mail_facts),
        asked(say.AuthenticateGuest, access.authenticate_guest),
        asked(say.ExchangeCode, access.exchange_code),
        asked(say.RevokeGuestToken, access.revoke_guest_token),
    ],
    hears=[
        on(payments.PaymentSessionOpened, paid.await_payment),
        on(payments.PaymentSessionExpired, paid.end_session),
        on(payments.PaymentAuthorized, paid.await_approval),
        on(payments.PaymentCaptured, paid.confirm_paid),
        on(payments.PaymentCaptureFailed, paid.ask_to_pay_again),
        on(payments.PaymentVoided, paid.keep_voided),
        on(payments.CancellationFeeCaptured, paid.keep_fee),
        on(payments.PaymentRefunded, paid.record_refund),
        on(payments.RefundFailed, paid.record_failed_refund),
        on(payments.PaymentMismatched, paid.note_trouble),
        on(payments.PaymentDisputed, paid.note_trouble),
        on(rooms.InventoryHeld, inventory.keep_hold),
        on(rooms.InventoryExtended, inventory.hasten),
        on(rooms.InventoryReleased, inventory.forget_hold),
        on(rooms.RoomOccupied, inventory.hasten),
        on(rooms.RoomVacated, inventory.hasten),
        on(notifier.NoticeSent, inventory.note_sent),
        on(notifier.NoticeGaveUp, inventory.note_given_up),
        # Not ours: RoomStatusChanged, HotelSettingsChanged. A booking keeps the terms it was made with.
    ],
    timers=[
        every(1, clock.look_at_due),
        every(1, overstays.flag_overstays),
        every(1, actions.drive_stale_actions, converses=True),
        every(1, inventory.sweep_holds, converses=True),
    ],
)

"""The tables of pushes and mails."""

from contracts import bookings, catalogue, notifier, payments, rooms
from services.notifier.channels import ChannelKind
from services.notifier.domain.mails import MAILS, SUBJECTS
from services.notifier.domain.pushes import NOT_PUSHED, PUSHES, STATUS_CHANGED, event_names_on
from services.notifier.mailer.renderer import TEMPLATES
from services.notifier.service import SERVICE

SUBSCRIBED_OWNERS = catalogue.SUBSCRIPTIONS["notifier"]


def test_every_event_is_pushed_or_has_a_reason_why_not() -> None:
    events = {event for event in catalogue.events().values() if event.owner in SUBSCRIBED_OWNERS}

    assert events - set(PUSHES) - set(NOT_PUSHED) == set()
    assert set(PUSHES) & set(NOT_PUSHED) == set()
    assert all(len(reason) > 20 for reason in NOT_PUSHED.values())


def test_the_notifier_handles_every_event_of_the_tables() -> None:
    in_no_table = {bookings.GuestTokenRevoked, bookings.CommunicationRequested, bookings.LookupRequested}

    assert {handler.event for handler in SERVICE.events} == set(PUSHES) | set(MAILS) | in_no_table


def test_every_field_that_a_rule_names_exists_in_its_event() -> None:
    for event, push in PUSHES.items():
        sources = {*push.fields, *push.renamed.values(), *push.only_if.values(), *filter(None, [push.by])}
        assert sources <= set(event.__dataclass_fields__), event.__name__
    for event, mail in MAILS.items():
        assert set(mail.amounts) <= set(event.__dataclass_fields__), event.__name__


def test_no_push_carries_a_field_that_identifies_a_person_or_a_provider_object() -> None:
    never = {
        "payment_reference",
        "payment_intent_id",
        "refund_reference",
        "session_id",
        "payment_id",
        "by",
        "action_id",
    }
    for event, push in PUSHES.items():
        assert not never & {*push.fields, *push.renamed.values()}, event.__name__
        assert not any("guest" in name or "token" in name or "pin" in name.split("_") for name in push.fields)


def test_public_channels_carry_no_event_of_a_booking() -> None:
    public = {
        event
        for event, push in PUSHES.items()
        if any(ChannelKind.PUBLIC in each.channels for each in push.realtime_events)
    }

    assert public == {
        rooms.HotelSettingsChanged,
        rooms.InventoryHeld,
        rooms.InventoryExtended,
        rooms.InventoryReleased,
        rooms.AvailabilityChanged,
    }
    assert event_names_on(ChannelKind.PUBLIC) == ("settings_updated", "availability_changed")


def test_realtime_events_and_channels_are_those_of_the_specification() -> None:
    hotel, staff, booking, room = ChannelKind.HOTEL, ChannelKind.STAFF, ChannelKind.BOOKING, ChannelKind.ROOM
    expected = {
        bookings.BookingHeld: {"booking_created": {hotel, booking}},
        bookings.BookingAwaitsApproval: {"payment_authorized": {hotel, staff, booking}},
        bookings.ApprovalFellDue: {"approval_due": {staff}},
        bookings.BookingApproved: {"booking_approved": {hotel, booking}},
        bookings.BookingConfirmed: {"payment_success": {hotel, booking}, "booking_confirmed": {hotel, booking}},
        bookings.BookingDeclined: {"booking_declined": {hotel, booking}},
        bookings.BookingCancelled: {"booking_cancelled": {hotel, booking}},
        bookings.BookingExpired: {"booking_expired": {hotel, booking}},
        bookings.BookingRefunded: {"refund_processed": {hotel, booking}},
        bookings.BookingRefundFailed: {"refund_failed": {hotel, staff, booking}},
        bookings.BookingPaymentFailed: {"payment_failed": {staff, booking}},
        bookings.RoomAssigned: {"room_assigned": {hotel, booking, room}},
        bookings.RoomUnassigned: {"room_unassigned": {hotel, booking, room}},
        bookings.RoomMoved: {"room_moved": {hotel, booking, room}},
        bookings.GuestCheckedIn: {"booking_checked_in": {hotel, booking, room}},
        bookings.GuestCheckedOut: {"booking_checked_out": {hotel, booking, room}},
        bookings.BookingNoShow: {"booking_no_show": {hotel, booking}},
        payments.PaymentMismatched: {"payment_mismatch": {staff}},
        payments.PaymentDisputed: {"payment_disputed": {staff}},
        rooms.RoomStatusChanged: {"room_status_changed": {hotel, room}},
        rooms.RoomBlocked: {"room_blocked": {hotel, room}},
        rooms.RoomUnblocked: {"room_unblocked": {hotel, room}},
        rooms.HousekeepingTaskOpened: {"housekeeping_task_created": {hotel, room}},
        rooms.HousekeepingTaskDone: {"housekeeping_task_done": {hotel, room}},
        notifier.NoticeGaveUp: {"notice_gave_up": {staff}},
    }
    for event, names in expected.items():
        assert {each.name: set(each.channels) for each in PUSHES[event].realtime_events} == names
    assert set(STATUS_CHANGED.channels) == {hotel, booking}
    assert STATUS_CHANGED.names == ("booking_status_changed", "booking-updated", "booking_updated")


def test_every_occasion_has_a_template_and_a_subject() -> None:
    templates = {path.stem for path in (TEMPLATES / "occasions").iterdir()}

    assert templates == set(SUBJECTS) == {mail.occasion for mail in MAILS.values()}
    assert SUBJECTS["payment_authorized"] == "Payment authorized — awaiting hotel confirmation ({booking_id})"
    assert SUBJECTS["booking_confirmed"] == "Booking Confirmed - {booking_id}"
    assert SUBJECTS["booking_declined"] == "Booking Update - {booking_id}"

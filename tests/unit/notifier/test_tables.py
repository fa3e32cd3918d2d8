"""The tables of pushes and mails."""

from contracts import catalogue
from contracts.bookings.approval import (
    ApprovalFellDue,
    BookingApproved,
    BookingAwaitsApproval,
    BookingConfirmed,
    BookingDeclined,
)
from contracts.bookings.communications import CommunicationRequested
from contracts.bookings.events import BookingCancelled, BookingExpired, BookingHeld, BookingPaymentFailed
from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.bookings.lookups import LookupRequested
from contracts.bookings.refunds import BookingRefunded, BookingRefundFailed
from contracts.bookings.stays import (
    BookingNoShow,
    GuestCheckedIn,
    GuestCheckedOut,
    RoomAssigned,
    RoomMoved,
    RoomUnassigned,
)
from contracts.notifier.events import NoticeGaveUp
from contracts.payments.events import PaymentDisputed, PaymentMismatched
from contracts.rooms.events import (
    AvailabilityChanged,
    HotelSettingsChanged,
    HousekeepingTaskDone,
    HousekeepingTaskOpened,
    InventoryChanged,
    InventoryExtended,
    InventoryHeld,
    InventoryReleased,
    RoomBlocked,
    RoomStatusChanged,
    RoomUnblocked,
)
from services.notifier.channels import ChannelKind
from services.notifier.domain.mails import MAILS, SUBJECTS
from services.notifier.domain.pushes import NOT_PUSHED, PUSHES, event_names_on
from services.notifier.domain.realtime_events import STATUS_CHANGED
from services.notifier.mailer.renderer import TEMPLATES
from services.notifier.service import SERVICE

SUBSCRIBED_OWNERS = catalogue.SUBSCRIPTIONS["notifier"]


def test_every_event_is_pushed_or_has_a_reason_why_not() -> None:
    events = {event for event in catalogue.events().values() if event.owner in SUBSCRIBED_OWNERS}

    assert events - set(PUSHES) - set(NOT_PUSHED) == set()
    assert set(PUSHES) & set(NOT_PUSHED) == set()
    assert all(len(reason) > 20 for reason in NOT_PUSHED.values())


def test_the_notifier_handles_every_event_of_the_tables() -> None:
    in_no_table = {GuestTokenRevoked, CommunicationRequested, LookupRequested}

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
        HotelSettingsChanged,
        InventoryHeld,
        InventoryExtended,
        InventoryChanged,
        InventoryReleased,
        AvailabilityChanged,
    }
    assert event_names_on(ChannelKind.PUBLIC) == ("settings_updated", "availability_changed")


def test_realtime_events_and_channels_are_those_of_the_specification() -> None:
    hotel, staff, booking, room = ChannelKind.HOTEL, ChannelKind.STAFF, ChannelKind.BOOKING, ChannelKind.ROOM
    expected = {
        BookingHeld: {"booking_created": {hotel, booking}},
        BookingAwaitsApproval: {"payment_authorized": {hotel, staff, booking}},
        ApprovalFellDue: {"approval_due": {staff}},
        BookingApproved: {"booking_approved": {hotel, booking}},
        BookingConfirmed: {"payment_success": {hotel, booking}, "booking_confirmed": {hotel, booking}},
        BookingDeclined: {"booking_declined": {hotel, booking}},
        BookingCancelled: {"booking_cancelled": {hotel, booking}},
        BookingExpired: {"booking_expired": {hotel, booking}},
        BookingRefunded: {"refund_processed": {hotel, booking}},
        BookingRefundFailed: {"refund_failed": {hotel, staff, booking}},
        BookingPaymentFailed: {"payment_failed": {staff, booking}},
        RoomAssigned: {"room_assigned": {hotel, booking, room}},
        RoomUnassigned: {"room_unassigned": {hotel, booking, room}},
        RoomMoved: {"room_moved": {hotel, booking, room}},
        GuestCheckedIn: {"booking_checked_in": {hotel, booking, room}},
        GuestCheckedOut: {"booking_checked_out": {hotel, booking, room}},
        BookingNoShow: {"booking_no_show": {hotel, booking}},
        PaymentMismatched: {"payment_mismatch": {staff}},
        PaymentDisputed: {"payment_disputed": {staff}},
        RoomStatusChanged: {"room_status_changed": {hotel, room}},
        RoomBlocked: {"room_blocked": {hotel, room}},
        RoomUnblocked: {"room_unblocked": {hotel, room}},
        HousekeepingTaskOpened: {"housekeeping_task_created": {hotel, room}},
        HousekeepingTaskDone: {"housekeeping_task_done": {hotel, room}},
        NoticeGaveUp: {"notice_gave_up": {staff}},
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

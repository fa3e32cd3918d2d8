"""The tables of what is shown to whom."""

from contracts import bookings, catalogue, notifier, payments, rooms
from services.notifier.channels import Kind
from services.notifier.mailer.letters import TEMPLATES
from services.notifier.notices import MAILS, NOT_SHOWN, PUSHES, STATUS_CHANGED, names_on
from services.notifier.notices.mails import SUBJECTS
from services.notifier.service import SERVICE

HEARD_OWNERS = catalogue.SUBSCRIPTIONS["notifier"]


def test_every_fact_is_shown_or_it_is_said_why_not() -> None:
    facts = {fact for fact in catalogue.events().values() if fact.owner in HEARD_OWNERS}

    assert facts - set(PUSHES) - set(NOT_SHOWN) == set()
    assert set(PUSHES) & set(NOT_SHOWN) == set()
    assert all(len(reason) > 20 for reason in NOT_SHOWN.values())


def test_every_fact_in_a_table_is_heard() -> None:
    acted_upon = {bookings.GuestTokenRevoked, bookings.CommunicationRequested, bookings.LookupRequested}

    assert {door.event for door in SERVICE.events} == set(PUSHES) | set(MAILS) | acted_upon


def test_every_field_that_a_row_names_exists() -> None:
    for fact, push in PUSHES.items():
        named = {*push.fields, *push.renamed.values(), *push.only_if.values(), *filter(None, [push.by])}
        assert named <= set(fact.__dataclass_fields__), fact.__name__
    for fact, mail in MAILS.items():
        assert set(mail.amounts) <= set(fact.__dataclass_fields__), fact.__name__


def test_no_row_shows_what_points_at_a_person_or_at_money_elsewhere() -> None:
    never = {
        "payment_reference",
        "payment_intent_id",
        "refund_reference",
        "session_id",
        "payment_id",
        "by",
        "action_id",
    }
    for fact, push in PUSHES.items():
        assert not never & {*push.fields, *push.renamed.values()}, fact.__name__
        assert not any("guest" in name or "token" in name or "pin" in name.split("_") for name in push.fields)


def test_public_channels_carry_nothing_about_a_booking() -> None:
    public = {fact for fact, push in PUSHES.items() if any(Kind.PUBLIC in shown.on for shown in push.shown)}

    assert public == {
        rooms.HotelSettingsChanged,
        rooms.InventoryHeld,
        rooms.InventoryExtended,
        rooms.InventoryReleased,
        rooms.AvailabilityChanged,
    }
    assert names_on(Kind.PUBLIC) == ("settings_updated", "availability_changed")


def test_the_events_and_channels_are_those_of_the_specification() -> None:
    hotel, staff, booking, room = Kind.HOTEL, Kind.STAFF, Kind.BOOKING, Kind.ROOM
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
    for fact, names in expected.items():
        assert {shown.name: set(shown.on) for shown in PUSHES[fact].shown} == names
    assert set(STATUS_CHANGED.on) == {hotel, booking}
    assert STATUS_CHANGED.names == ("booking_status_changed", "booking-updated", "booking_updated")


def test_every_occasion_has_its_words_and_its_subject() -> None:
    words = {path.stem for path in (TEMPLATES / "occasions").iterdir()}

    assert words == set(SUBJECTS) == {mail.occasion for mail in MAILS.values()}
    assert SUBJECTS["payment_authorized"] == "Payment authorized — awaiting hotel confirmation ({booking_id})"
    assert SUBJECTS["booking_confirmed"] == "Booking Confirmed - {booking_id}"
    assert SUBJECTS["booking_declined"] == "Booking Update - {booking_id}"

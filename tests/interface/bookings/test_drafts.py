"""A draft is priced, then submitted, or expires."""

from chassis.refusal import Refusal
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.asks import SubmitBooking
from contracts.bookings.communications import GetMailFacts
from contracts.bookings.guest_access import ExchangeCode
from contracts.bookings.queries import GetBooking
from contracts.bookings.status import BookingStatus
from contracts.rooms.holds import HoldInventory
from services.bookings.handlers.drafts import delete_ended_drafts
from services.bookings.handlers.guest_access import delete_ended_codes
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, refused
from tests.unit.bookings.builders import PUBLIC, SYSTEM


def test_a_draft_is_priced_and_submitted_or_expires(service: BookingsUnderTest) -> None:
    created = service.book(draft=True)
    booking_id = created.booking.booking_id
    assert service.rooms.asks[0].price_only
    assert created.booking.status is BookingStatus.DRAFT

    submitted = service.ask(SubmitBooking(**about(booking_id)), guest_of(created))
    again = service.ask(SubmitBooking(**about(booking_id)), guest_of(created))

    assert submitted.status is BookingStatus.PENDING_PAYMENT
    assert again == submitted
    assert service.rooms.kinds() == ["HoldInventory", "HoldInventory"]
    other = service.book(draft=True).booking.booking_id
    service.pass_time(days=7)
    while service.tick(apply_due_deadline):
        pass
    assert service.stored(other).expiry_reason == "DRAFT_ABANDONED"


def test_a_draft_for_a_sold_out_hotel_stays_a_draft(service: BookingsUnderTest) -> None:
    created = service.book(draft=True)
    service.rooms.instead[HoldInventory] = Refusal("SOLD_OUT", "Sold out.")

    assert refused(service, SubmitBooking(**about(created.booking.booking_id)), guest_of(created)) == "SOLD_OUT"

    stored = service.stored(created.booking.booking_id)
    assert (stored.status, stored.pending, stored.version) == ("DRAFT", None, 1)


def test_a_draft_expires_seven_days_after_its_last_change(service: BookingsUnderTest) -> None:
    booking_id = service.book(draft=True).booking.booking_id
    service.pass_time(days=6)
    service.ask(AmendBooking(**about(booking_id, special_requests="quiet")))

    service.pass_time(days=7, microseconds=-1)
    assert not service.tick(apply_due_deadline)
    service.pass_time(microseconds=1)
    assert service.tick(apply_due_deadline)

    row = service.stored(booking_id)
    assert (row.status, row.expiry_reason) == ("EXPIRED", "DRAFT_ABANDONED")


def test_an_expired_draft_is_deleted_with_its_guest_when_its_token_has_ended(service: BookingsUnderTest) -> None:
    draft, booking = service.book(draft=True), service.book()
    service.ask(AmendBooking(**about(draft.booking.booking_id, guest_email="ada.lovelace@example.com")))
    service.ask(GetMailFacts(**about(draft.booking.booking_id)), SYSTEM)
    service.pass_time(days=7)
    while service.tick(apply_due_deadline):
        pass
    assert service.stored(draft.booking.booking_id).status == "EXPIRED"

    service.pass_time(days=30)
    assert not service.tick(delete_ended_drafts)
    service.pass_time(microseconds=1)
    assert service.tick(delete_ended_drafts)

    assert not service.tick(delete_ended_drafts)
    for table, rows in {"booking": 1, "guest": 1, "booking_directory": 1, "amendment": 0, "access_code": 0}.items():
        assert len(service.rows(f"SELECT * FROM {table}")) == rows, table
    assert service.stored(booking.booking.booking_id).status == "EXPIRED"
    assert refused(service, GetBooking(**about(draft.booking.booking_id))) == "BOOKING_NOT_FOUND"


def test_ended_codes_are_deleted_and_valid_ones_are_not(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.ask(GetMailFacts(**about(booking_id)), SYSTEM)
    service.pass_time(days=6)
    code = service.ask(GetMailFacts(**about(booking_id)), SYSTEM).access_code

    service.pass_time(days=1)

    assert service.tick(delete_ended_codes)
    assert not service.tick(delete_ended_codes)
    assert service.ask(ExchangeCode(code=code), PUBLIC).booking_id == booking_id

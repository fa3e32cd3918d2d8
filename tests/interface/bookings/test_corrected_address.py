"""A corrected e-mail address: what the wrong recipient has opens nothing, and a mail goes to the right one."""

import pytest

from contracts.bookings.amendments import AmendBooking
from contracts.bookings.communications import GetMailFacts
from contracts.bookings.guest_access import AuthenticateGuest, ExchangeCode, FindEndedGuestTokens, GuestToken
from contracts.bookings.queries import GetBooking, GetFeed
from contracts.values import Caller
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, refused
from tests.unit.bookings.builders import PUBLIC, SYSTEM

RIGHT = "ada.lovelace@example.com"


def mailed(service: BookingsUnderTest, booking_id: str) -> str:
    return str(service.ask(GetMailFacts(**about(booking_id)), SYSTEM).access_code)


def test_without_the_revocation_the_wrong_recipient_reads_the_booking(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = service.book()
    booking_id, code = created.booking.booking_id, mailed(service, created.booking.booking_id)
    monkeypatch.setattr("services.bookings.domain.amendments.address_key", lambda _: "the same")

    service.ask(AmendBooking(**about(booking_id, guest_email=RIGHT)))

    assert service.ask(GetBooking(**about(booking_id)), guest_of(created)).guest_email == RIGHT
    assert service.ask(ExchangeCode(code=code), PUBLIC).booking_id == booking_id


def test_a_corrected_address_revokes_the_token_and_the_mailed_codes(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id, wrong = created.booking.booking_id, guest_of(created)
    used, unused = mailed(service, booking_id), mailed(service, booking_id)
    service.ask(ExchangeCode(code=used), PUBLIC)

    service.ask(AmendBooking(**about(booking_id, guest_email=RIGHT)))

    for query in (GetBooking(**about(booking_id)), GetFeed(**about(booking_id)), AuthenticateGuest()):
        assert refused(service, query, wrong) == "INVALID_TOKEN"
    ended = service.ask(FindEndedGuestTokens(tokens=(GuestToken(**about(booking_id), token=wrong.guest_token or ""),)))
    assert ended.positions == (0,), "an open stream of this token ends"
    for code in (used, unused):
        assert refused(service, ExchangeCode(code=code), PUBLIC) == "INVALID_CODE"


def test_the_new_address_gets_a_mail_with_a_link_that_opens_the_booking(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id

    service.ask(AmendBooking(**about(booking_id, guest_email=RIGHT)))

    assert service.events(booking_id) == ["BookingHeld", "BookingAmended", "GuestTokenRevoked"]
    event = service.row("SELECT data FROM outbox WHERE type = 'bookings.GuestTokenRevoked.v1'").data
    assert (event["address_corrected"], event["guest_has_email"]) == (True, True)
    assert "example.com" not in str(event)
    facts = service.ask(GetMailFacts(**about(booking_id)), SYSTEM)
    token = service.ask(ExchangeCode(code=facts.access_code), PUBLIC).guest_token
    assert facts.booking.guest_email == RIGHT
    assert service.ask(GetBooking(**about(booking_id)), Caller(kind="guest", guest_token=token))


@pytest.mark.parametrize(
    "change", [{"guest_email": "ADA@example.com"}, {"guest_first_name": "Augusta"}, {"guest_phone": "+1"}]
)
def test_another_spelling_and_other_changes_leave_the_token(service: BookingsUnderTest, change: dict[str, str]) -> None:
    created = service.book()
    booking_id = created.booking.booking_id

    service.ask(AmendBooking(**about(booking_id, **change)))

    assert service.ask(GetBooking(**about(booking_id)), guest_of(created))
    assert service.events(booking_id) == ["BookingHeld", "BookingAmended"]


def test_an_address_that_is_added_is_written_to(service: BookingsUnderTest) -> None:
    booking_id = service.booked_by_staff().booking_id
    service.rows("UPDATE guest SET email = '', email_key = ''")

    service.ask(AmendBooking(**about(booking_id, guest_email=RIGHT)))

    assert service.events(booking_id)[-1] == "GuestTokenRevoked"

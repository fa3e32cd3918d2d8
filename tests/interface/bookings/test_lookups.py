"""Booking lookup: by number, by address and number, by address alone."""

import re

import pytest
import sqlalchemy as sa

from contracts.bookings.asks import CancelBooking
from contracts.bookings.communications import ListCommunications
from contracts.bookings.guest_access import ExchangeCode
from contracts.bookings.lookups import FoundBookings, GetLookupLetter, LookUpBookings
from contracts.bookings.queries import GetBooking, ListBookings
from contracts.notifier.events import NoticeSent
from services.bookings.domain import booking_names
from services.bookings.handlers.lookups import begin_lookup_mail
from tests.interface.bookings.service_under_test import BookingsUnderTest, statements
from tests.interface.bookings.steps import about, refused
from tests.unit.bookings.builders import HOTEL, NOW, PUBLIC, STAFF, SYSTEM

ADA = "Ada@Example.com"
ADAS_NAME = re.compile(r"\bada\b", re.IGNORECASE)  # a whole word: the letters alone are in ids, too


def look(service: BookingsUnderTest, email: str = "", number: str = "") -> FoundBookings:
    lookup: FoundBookings = service.ask(LookUpBookings(email=email, confirmation_number=number), PUBLIC)
    return lookup


def letters(service: BookingsUnderTest) -> list[str]:
    """The lookups whose mails are to be sent, after the timer came by."""
    while service.tick(begin_lookup_mail):
        pass
    rows = service.rows("SELECT data->>'lookup_id' AS id FROM outbox WHERE type = 'bookings.LookupRequested.v1'")
    return [row.id for row in rows]


def test_address_and_number_find_the_booking_without_secrets(service: BookingsUnderTest) -> None:
    booking = service.in_house().booking

    (whole,) = look(service, ADA, booking.confirmation_number.lower()).whole

    assert (whole.booking_id, whole.status, whole.in_house) == (booking.booking_id, "IN_HOUSE", None)
    assert look(service, "eve@example.com", booking.confirmation_number) == FoundBookings()


def test_a_number_alone_finds_no_personal_data(service: BookingsUnderTest) -> None:
    booking = service.book().booking

    (brief,) = look(service, number=booking.confirmation_number).brief

    assert (brief.hotel, brief.status, brief.check_in) == (booking.hotel, "PENDING_PAYMENT", booking.check_in)
    assert not ADAS_NAME.search(str(brief))
    assert look(service, number="KIL-2030-NOSUCH") == FoundBookings()


def test_an_address_alone_takes_the_same_statements_whether_or_not_it_has_bookings(service: BookingsUnderTest) -> None:
    booking = service.book().booking
    with statements(service.engine) as known:
        answered = look(service, ADA)
    with statements(service.engine) as unknown:
        nothing = look(service, "nobody@example.com")

    assert answered == nothing == FoundBookings()
    assert known == unknown
    assert len(known) == 1
    assert not any(re.search(r"\b(guest|booking)\b", statement) for statement in known)
    # What would give it away: a look-up that reads guests is seen by the same search.
    with statements(service.engine) as telling:
        look(service, ADA, booking.confirmation_number)
    assert any(re.search(r"\bguest\b", statement) for statement in telling)


def test_lookup_links_are_mailed_and_open_every_booking_of_the_hotel(service: BookingsUnderTest) -> None:
    first, second, draft = service.book(), service.book(), service.book(draft=True)
    look(service, ADA)

    (lookup_id,) = letters(service)
    letter = service.ask(GetLookupLetter(hotel=HOTEL, lookup_id=lookup_id), SYSTEM)

    assert letter.recipient == "ada@example.com"
    assert ADAS_NAME.search(letter.recipient)
    named = {each.booking_id: each.access_code for each in letter.bookings}
    assert set(named) == {first.booking.booking_id, second.booking.booking_id}
    assert draft.booking.booking_id not in named
    opened = service.ask(ExchangeCode(code=named[first.booking.booking_id]), PUBLIC)
    assert opened.guest_token == first.guest_token
    assert refused(service, GetLookupLetter(hotel=HOTEL, lookup_id=lookup_id), STAFF) == "PERMISSION_DENIED"
    assert refused(service, GetLookupLetter(hotel=HOTEL, lookup_id="nonsense"), SYSTEM) == "LOOKUP_NOT_FOUND"
    assert not ADAS_NAME.search(str(service.rows("SELECT data::text, subject FROM outbox")))


def test_an_address_without_bookings_gets_no_mail(service: BookingsUnderTest) -> None:
    service.book()
    look(service, "nobody@example.com")

    assert letters(service) == []
    assert service.row("SELECT count(*) AS n FROM lookup_request").n == 0


def test_an_address_gets_one_mail_per_hotel_in_ten_minutes(service: BookingsUnderTest) -> None:
    service.book()
    for _ in range(3):
        look(service, ADA)
        letters(service)
        service.pass_time(minutes=3)

    assert len(letters(service)) == 1
    service.pass_time(minutes=1, seconds=1)
    look(service, ADA)
    assert len(letters(service)) == 2


def test_the_database_rejects_a_second_mail_in_the_quiet_time(service: BookingsUnderTest) -> None:
    service.book()
    look(service, ADA)
    letters(service)
    again = """
        INSERT INTO lookup_mail SELECT id || 'x', address, hotel, booking_ids, asked_at + interval '9 minutes',
            asked_at + interval '19 minutes' FROM lookup_mail
    """

    with pytest.raises(sa.exc.IntegrityError, match="lookup_mail_once_in_a_while"):
        service.rows(again)
    service.rows("ALTER TABLE lookup_mail DROP CONSTRAINT lookup_mail_once_in_a_while")
    try:
        service.rows(again)  # without it, nothing would stop them
    finally:
        service.rows("DELETE FROM lookup_mail")
        service.rows(
            "ALTER TABLE lookup_mail ADD CONSTRAINT lookup_mail_once_in_a_while EXCLUDE USING gist "
            "(address WITH =, hotel WITH =, tstzrange(asked_at, quiet_until) WITH &&)"
        )


def test_a_lookup_mail_is_listed_with_every_booking_of_it(service: BookingsUnderTest) -> None:
    bookings = [service.book().booking.booking_id for _ in range(2)]
    look(service, ADA)
    (lookup_id,) = letters(service)

    service.deliver(
        NoticeSent(
            notice_id=lookup_id,
            booking_id="",
            hotel="hotel-killarney",
            occasion="lookup",
            medium="mail",
            headline="Your bookings at Hotel Killarney",
            sent_at=NOW,
        )
    )

    for booking_id in bookings:
        (communication,) = service.ask(ListCommunications(**about(booking_id))).results
        assert (communication.subject, communication.delivery_status) == ("Your bookings at Hotel Killarney", "SENT")


def test_a_long_ended_booking_is_not_mailed_and_an_empty_lookup_is_refused(service: BookingsUnderTest) -> None:
    created = service.book()
    service.ask(CancelBooking(**about(created.booking.booking_id)))
    service.pass_time(days=31)
    look(service, ADA)

    assert letters(service) == []
    assert refused(service, LookUpBookings(), PUBLIC) == "MISSING_FIELD"


def test_a_booking_with_an_id_and_a_number_of_six_characters_is_found(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booking_names, "LENGTH", 6)
    booking = service.book().booking
    monkeypatch.undo()

    assert [len(name.rsplit("-", 1)[1]) for name in (booking.booking_id, booking.confirmation_number)] == [6, 6]
    assert service.ask(GetBooking(**about(booking.booking_id))).booking_id == booking.booking_id
    lookup = service.ask(LookUpBookings(email=ADA, confirmation_number=booking.confirmation_number), PUBLIC)
    assert [each.booking_id for each in lookup.whole] == [booking.booking_id]
    for search in (booking.booking_id, booking.confirmation_number.lower()):
        page = service.ask(ListBookings(hotel=HOTEL, search=search))
        assert [row.booking_id for row in page.results] == [booking.booking_id]

"""Finding bookings again: what is told to whom, and that an address alone is told nothing, in words or in time."""

import re

import pytest
import sqlalchemy as sa

from contracts.bookings import (
    CancelBooking,
    ExchangeCode,
    FoundBookings,
    GetLookupLetter,
    ListCommunications,
    LookUpBookings,
)
from contracts.notifier import NoticeSent
from services.bookings.handlers.lookups import begin_lookup_mail
from tests.interface.bookings.counter import Counter, statements
from tests.interface.bookings.test_whole_life import about, refused
from tests.unit.bookings.builders import NOW, PUBLIC, STAFF, SYSTEM

ADA = "Ada@Example.com"


def look(counter: Counter, email: str = "", number: str = "") -> FoundBookings:
    found: FoundBookings = counter.ask(LookUpBookings(email=email, confirmation_number=number), PUBLIC)
    return found


def letters(counter: Counter) -> list[str]:
    """The lookups whose mails are to be sent, after the timer came by."""
    while counter.tick(begin_lookup_mail):
        pass
    rows = counter.rows("SELECT data->>'lookup_id' AS id FROM outbox WHERE type = 'bookings.LookupRequested.v1'")
    return [row.id for row in rows]


def test_address_and_number_together_show_the_booking_without_secrets(counter: Counter) -> None:
    booking = counter.in_house().booking

    (found,) = look(counter, ADA, booking.confirmation_number.lower()).whole

    assert (found.booking_id, found.status, found.in_house) == (booking.booking_id, "IN_HOUSE", None)
    assert look(counter, "eve@example.com", booking.confirmation_number) == FoundBookings()


def test_the_number_alone_shows_nobodys_data(counter: Counter) -> None:
    booking = counter.book().booking

    (found,) = look(counter, number=booking.confirmation_number).brief

    assert (found.hotel, found.status, found.check_in) == (booking.hotel, "PENDING_PAYMENT", booking.check_in)
    assert "ada" not in str(found).lower()
    assert look(counter, number="KIL-2030-NOSUCH") == FoundBookings()


def test_an_address_alone_takes_the_same_statements_whether_or_not_it_has_bookings(counter: Counter) -> None:
    booking = counter.book().booking
    with statements(counter.engine) as known:
        answered = look(counter, ADA)
    with statements(counter.engine) as unknown:
        nothing = look(counter, "nobody@example.com")

    assert answered == nothing == FoundBookings()
    assert known == unknown
    assert len(known) == 1
    assert not any(re.search(r"\b(guest|booking)\b", statement) for statement in known)
    # What would give it away: a look-up that reads guests is seen by the same search.
    with statements(counter.engine) as telling:
        look(counter, ADA, booking.confirmation_number)
    assert any(re.search(r"\bguest\b", statement) for statement in telling)


def test_its_links_are_mailed_and_open_every_booking_there(counter: Counter) -> None:
    first, second, draft = counter.book(), counter.book(), counter.book(draft=True)
    look(counter, ADA)

    (lookup_id,) = letters(counter)
    letter = counter.ask(GetLookupLetter(lookup_id=lookup_id), SYSTEM)

    assert letter.recipient == "ada@example.com"
    named = {each.booking_id: each.access_code for each in letter.bookings}
    assert set(named) == {first.booking.booking_id, second.booking.booking_id}
    assert draft.booking.booking_id not in named
    opened = counter.ask(ExchangeCode(code=named[first.booking.booking_id]), PUBLIC)
    assert opened.guest_token == first.guest_token
    assert refused(counter, GetLookupLetter(lookup_id=lookup_id), STAFF) == "PERMISSION_DENIED"
    assert refused(counter, GetLookupLetter(lookup_id="nonsense"), SYSTEM) == "LOOKUP_NOT_FOUND"
    assert "ada" not in str(counter.rows("SELECT data::text, subject FROM outbox")).lower()


def test_an_address_without_bookings_is_mailed_nothing(counter: Counter) -> None:
    counter.book()
    look(counter, "nobody@example.com")

    assert letters(counter) == []
    assert counter.row("SELECT count(*) AS n FROM lookup_request").n == 0


def test_one_mail_for_an_address_and_hotel_in_ten_minutes(counter: Counter) -> None:
    counter.book()
    for _ in range(3):
        look(counter, ADA)
        letters(counter)
        counter.pass_time(minutes=3)

    assert len(letters(counter)) == 1
    counter.pass_time(minutes=1, seconds=1)
    look(counter, ADA)
    assert len(letters(counter)) == 2


def test_the_database_lets_no_two_mails_begin_in_the_quiet_time(counter: Counter) -> None:
    counter.book()
    look(counter, ADA)
    letters(counter)
    again = """
        INSERT INTO lookup_mail SELECT id || 'x', address, hotel, booking_ids, asked_at + interval '9 minutes',
            asked_at + interval '19 minutes' FROM lookup_mail
    """

    with pytest.raises(sa.exc.IntegrityError, match="lookup_mail_once_in_a_while"):
        counter.rows(again)
    counter.rows("ALTER TABLE lookup_mail DROP CONSTRAINT lookup_mail_once_in_a_while")
    try:
        counter.rows(again)  # without it, nothing would stop them
    finally:
        counter.rows("DELETE FROM lookup_mail")
        counter.rows(
            "ALTER TABLE lookup_mail ADD CONSTRAINT lookup_mail_once_in_a_while EXCLUDE USING gist "
            "(address WITH =, hotel WITH =, tstzrange(asked_at, quiet_until) WITH &&)"
        )


def test_the_mail_is_in_the_log_of_every_booking_that_it_names(counter: Counter) -> None:
    bookings = [counter.book().booking.booking_id for _ in range(2)]
    look(counter, ADA)
    (lookup_id,) = letters(counter)

    counter.tell(
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
        (kept,) = counter.ask(ListCommunications(**about(booking_id))).results
        assert (kept.subject, kept.delivery_status) == ("Your bookings at Hotel Killarney", "SENT")


def test_what_ended_long_ago_is_not_mailed_and_nothing_is_not_a_question(counter: Counter) -> None:
    created = counter.book()
    counter.ask(CancelBooking(**about(created.booking.booking_id)))
    counter.pass_time(days=31)
    look(counter, ADA)

    assert letters(counter) == []
    assert refused(counter, LookUpBookings(), PUBLIC) == "MISSING_FIELD"

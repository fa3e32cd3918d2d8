"""Guests are found by staff and by themselves, however their names and addresses are typed."""

import unicodedata
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.communications import Communicate, CommunicationType, GetLetter
from contracts.bookings.lookups import GetLookupLetter, LookUpBookings
from contracts.bookings.queries import ListBookings
from contracts.bookings.views import GuestDetails
from services.bookings.handlers.lookups import begin_lookup_mail
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import about
from tests.unit.bookings.builders import HOTEL, PUBLIC, SYSTEM

IDN = "user@xn--fsqu00a.example"


def guest(name: str, email: str = "guest@example.com") -> GuestDetails:
    return GuestDetails(first_name=name, last_name="X", email=email)


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def names(service: BookingsUnderTest, search: str = "", **filters: Any) -> list[str]:
    listed = service.ask(ListBookings(hotel=HOTEL, search=search, **filters))
    assert listed.count == len(listed.results)
    return [row.guest_name.removesuffix(" X") for row in listed.results]


@pytest.mark.parametrize(
    ("stored", "query"),
    [
        ("Muñoz", decomposed("Muñoz")),
        ("Muñoz", "munoz"),
        ("\ufb01nn", "FINN"),
        ("İpek", "ipek"),
        ("Ipek", "İPEK"),
        ("Straße", "strasse"),
    ],
)
def test_staff_find_a_name_without_case_accents_and_compatibility_forms(
    service: BookingsUnderTest, stored: str, query: str
) -> None:
    service.book(guest=guest(stored))
    service.book(guest=guest("Another"))

    assert names(service, query) == [stored]


def test_a_search_without_visible_text_filters_nothing(service: BookingsUnderTest) -> None:
    service.book()

    assert len(names(service, "\u200b")) == 1


def test_names_are_ordered_without_case_and_accents(service: BookingsUnderTest) -> None:
    for name in ("Zoe", "Émile", "eda", "Franz"):
        service.book(guest=guest(name))

    assert names(service, ordering="guest_name") == ["eda", "Émile", "Franz", "Zoe"]


def test_an_international_domain_is_found_and_written_to_in_ascii(service: BookingsUnderTest) -> None:
    booking = service.book(guest=guest("Wei", "user@例子.example")).booking
    service.ask(LookUpBookings(email="USER@例子.example"), PUBLIC)
    while service.tick(begin_lookup_mail):
        pass
    [(lookup_id,)] = service.rows("SELECT data->>'lookup_id' FROM outbox WHERE type = 'bookings.LookupRequested.v1'")

    assert booking.guest_email == IDN
    assert service.ask(GetLookupLetter(hotel=HOTEL, lookup_id=lookup_id), SYSTEM).recipient == IDN
    assert names(service, "例子") == names(service, "xn--fsqu00a") == ["Wei"]


def test_an_address_of_an_earlier_version_is_found_in_every_spelling(service: BookingsUnderTest) -> None:
    booking = service.book().booking
    service.rows("UPDATE guest SET email = 'José@x.example', email_key = 'josé@x.example' RETURNING 1")

    for typed in ("josé@x.example", decomposed("JOSÉ@X.example")):
        lookup = service.ask(LookUpBookings(email=typed, confirmation_number=booking.confirmation_number), PUBLIC)
        assert [each.booking_id for each in lookup.whole] == [booking.booking_id]


def test_a_note_is_changed_on_a_booking_whose_address_no_mail_reaches(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.rows("UPDATE guest SET email = 'josé@x.example' RETURNING 1")

    amended = service.ask(AmendBooking(**about(booking_id, internal_notes="Call.", guest_email="josé@x.example")))

    assert amended.internal_notes == "Call."
    with pytest.raises(Refusal) as refused:
        service.ask(AmendBooking(**about(booking_id, guest_email="two..dots@x.example")))
    assert [each["message"] for each in refused.value.errors] == ["An email address cannot have two periods in a row."]


def test_a_corrected_address_is_found(service: BookingsUnderTest) -> None:
    booking = service.book().booking
    service.ask(AmendBooking(**about(booking.booking_id, guest_email="New@Example.COM", guest_last_name="Muñoz")))

    number = booking.confirmation_number
    assert service.ask(LookUpBookings(email="new@example.com", confirmation_number=number), PUBLIC).whole
    assert not service.ask(LookUpBookings(email="ada@example.com", confirmation_number=number), PUBLIC).whole
    assert len(names(service, "munoz new@example.com")) == 1


def test_a_letter_to_an_international_domain_is_addressed_in_ascii(service: BookingsUnderTest) -> None:
    booking_id = service.book(guest=guest("Wei", IDN)).booking.booking_id
    words = {"communication_type": CommunicationType.EMAIL, "message": "Hello."}

    communication = service.ask(Communicate(**about(booking_id, recipient="user@例子.example", **words)))

    letter = service.ask(GetLetter(**about(booking_id), communication_id=communication.id), SYSTEM)
    assert letter.recipient == IDN
    assert letter.facts.access_code is not None

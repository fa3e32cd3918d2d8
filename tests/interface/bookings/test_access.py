"""Access, idempotent replies, and names that are taken."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.amendments import AmendBooking, MarkSeen
from contracts.bookings.approval import ConfirmBooking
from contracts.bookings.asks import CancelBooking, SubmitBooking
from contracts.bookings.communications import GetMailFacts
from contracts.bookings.guest_access import (
    AuthenticateGuest,
    ExchangeCode,
    FindEndedGuestTokens,
    GuestToken,
    RevokeGuestToken,
)
from contracts.bookings.queries import GetBooking, GetFeed, GetGuestNames, GetPayable, GetTimeline, ListBookings
from contracts.bookings.stays import GetCandidateRooms, MarkNoShow
from contracts.rooms.holds import HoldInventory
from contracts.values import Caller
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, refused
from tests.unit.bookings.builders import HOTEL, NOW, OTHER_HOTEL, PUBLIC, STRANGER, SYSTEM, a_card, a_request, held

BAD_TOKEN = Caller(kind="guest", guest_token="nonsense")


@pytest.mark.parametrize("question", [GetBooking, GetFeed, GetPayable, SubmitBooking, CancelBooking])
def test_a_booking_is_visible_to_its_guest_and_its_hotels_staff_only(
    service: BookingsUnderTest, question: type[Any]
) -> None:
    created, other = service.book(draft=True), service.book(draft=True)
    message = question(**about(created.booking.booking_id))
    nowhere = question(**about("BK-2030-NOSUCH"))

    assert refused(service, message, PUBLIC) == "INVALID_TOKEN"
    assert refused(service, message, BAD_TOKEN) == "INVALID_TOKEN"
    assert refused(service, message, guest_of(other)) == "BOOKING_NOT_FOUND"
    assert refused(service, message, STRANGER) == "BOOKING_NOT_FOUND"
    assert refused(service, nowhere, PUBLIC) == "INVALID_TOKEN"
    assert refused(service, nowhere, BAD_TOKEN) == "INVALID_TOKEN"
    assert refused(service, nowhere, guest_of(created)) == "BOOKING_NOT_FOUND"
    assert refused(service, nowhere) == "BOOKING_NOT_FOUND"
    elsewhere = question(hotel=OTHER_HOTEL, booking_id=created.booking.booking_id)
    assert refused(service, elsewhere, guest_of(created)) == "BOOKING_NOT_FOUND"
    assert service.ask(message, guest_of(created))


def test_an_operator_alone_reads_a_booking_without_its_hotel(service: BookingsUnderTest) -> None:
    created = service.book()
    question = GetBooking(hotel="", booking_id=created.booking.booking_id)

    assert service.ask(question, SYSTEM).hotel == HOTEL
    assert refused(service, question, guest_of(created)) == "BOOKING_NOT_FOUND"
    assert refused(service, question, STRANGER) == "BOOKING_NOT_FOUND"


@pytest.mark.parametrize(
    "question", [GetTimeline, GetCandidateRooms, ConfirmBooking, MarkNoShow, MarkSeen, AmendBooking]
)
def test_a_guest_is_refused_the_commands_of_staff(service: BookingsUnderTest, question: type[Any]) -> None:
    created = service.book()

    assert refused(service, question(**about(created.booking.booking_id)), guest_of(created)) == "PERMISSION_DENIED"
    assert refused(service, question(**about(created.booking.booking_id)), STRANGER) == "BOOKING_NOT_FOUND"


def test_lists_are_for_the_hotels_own_staff(service: BookingsUnderTest) -> None:
    for question in (ListBookings(hotel=HOTEL), GetGuestNames(hotel=HOTEL, booking_ids=("BK-1",))):
        assert refused(service, question, STRANGER) == "HOTEL_NOT_FOUND"
        assert refused(service, question, PUBLIC) == "PERMISSION_DENIED"


def test_the_token_of_an_ended_booking_is_read_only(service: BookingsUnderTest) -> None:
    created = service.book(draft=True)
    guest, booking_id = guest_of(created), created.booking.booking_id
    service.ask(CancelBooking(**about(booking_id)), guest)

    assert service.ask(GetBooking(**about(booking_id)), guest).status == "CANCELLED"
    assert service.ask(GetFeed(**about(booking_id)), guest).last_sequence == 2
    assert service.ask(CancelBooking(**about(booking_id)), guest).status == "CANCELLED"
    assert service.ask(AuthenticateGuest(booking_id=booking_id), guest).read_only
    assert refused(service, SubmitBooking(**about(booking_id)), guest) == "BOOKING_ENDED"
    service.pass_time(days=30)
    assert refused(service, GetBooking(**about(booking_id)), guest) == "INVALID_TOKEN"


def test_ended_tokens_are_those_that_are_unknown_revoked_or_expired(service: BookingsUnderTest) -> None:
    created, revoked, early = service.book(draft=True), service.book(draft=True), service.book(draft=True)
    service.ask(RevokeGuestToken(**about(revoked.booking.booking_id)))
    service.ask(CancelBooking(**about(early.booking.booking_id)), guest_of(early))
    tokens = tuple(
        GuestToken(hotel=hotel, booking_id=booking_id, token=token)
        for hotel, booking_id, token in (
            (HOTEL, created.booking.booking_id, created.guest_token),
            (HOTEL, created.booking.booking_id, revoked.guest_token),
            (OTHER_HOTEL, created.booking.booking_id, created.guest_token),
            (HOTEL, "BK-2030-NOSUCH", created.guest_token),
            (HOTEL, revoked.booking.booking_id, revoked.guest_token),
            (HOTEL, early.booking.booking_id, early.guest_token),
        )
    )

    assert service.ask(FindEndedGuestTokens(tokens=tokens), PUBLIC).positions == (1, 2, 3, 4)
    service.pass_time(days=30)
    assert service.ask(FindEndedGuestTokens(tokens=tokens), PUBLIC).positions == (1, 2, 3, 4, 5)
    assert service.ask(FindEndedGuestTokens(tokens=()), PUBLIC).positions == ()


def test_the_token_is_stored_as_a_hash_only(service: BookingsUnderTest) -> None:
    created = service.ask(a_request(), PUBLIC, idempotency_key="k", fingerprint="f")

    everything = service.rows(
        "SELECT guest::text AS text FROM guest UNION ALL SELECT idempotency::text FROM idempotency"
    )
    assert created.guest_token
    assert created.guest_token not in "".join(row.text for row in everything)
    assert service.ask(AuthenticateGuest(booking_id=created.booking.booking_id), guest_of(created)).hotel == HOTEL


def test_a_repeated_key_creates_one_booking_and_returns_the_same_token(service: BookingsUnderTest) -> None:
    first = service.answer(a_request(), PUBLIC, idempotency_key="k", fingerprint="f")
    again = service.answer(a_request(), PUBLIC, idempotency_key="k", fingerprint="f")

    assert (first.replayed, again.replayed) == (False, True)
    assert again.reply == first.reply
    assert service.row("SELECT count(*) AS n FROM booking").n == 1
    with pytest.raises(Refusal, match="IDEMPOTENCY_KEY_REUSED"):
        service.answer(a_request(adults=1), PUBLIC, idempotency_key="k", fingerprint="other")


def test_a_revoked_token_and_the_codes_mailed_so_far_open_nothing(service: BookingsUnderTest) -> None:
    created = service.answer(a_request(), PUBLIC, idempotency_key="k", fingerprint="f").reply
    booking_id, old = created.booking.booking_id, guest_of(created)
    mailed = service.ask(GetMailFacts(**about(booking_id)), SYSTEM).access_code

    service.ask(RevokeGuestToken(**about(booking_id)))

    assert refused(service, GetBooking(**about(booking_id)), old) == "INVALID_TOKEN"
    assert refused(service, ExchangeCode(code=mailed), PUBLIC) == "INVALID_CODE"
    again = service.answer(a_request(), PUBLIC, idempotency_key="k", fingerprint="f")
    assert (again.replayed, again.reply.guest_token) == (True, created.guest_token)
    code = service.ask(GetMailFacts(**about(booking_id)), SYSTEM).access_code
    new = Caller(kind="guest", guest_token=service.ask(ExchangeCode(code=code), PUBLIC).guest_token)
    assert service.ask(GetBooking(**about(booking_id)), new).booking_id == booking_id
    assert service.ask(AuthenticateGuest(), new).booking_id == booking_id
    assert refused(service, AuthenticateGuest(), old) == "INVALID_TOKEN"
    assert service.events(booking_id) == ["BookingHeld", "GuestTokenRevoked"]


def test_only_staff_revoke_a_token(service: BookingsUnderTest) -> None:
    created = service.book()
    command = RevokeGuestToken(**about(created.booking.booking_id))

    assert refused(service, command, guest_of(created)) == "PERMISSION_DENIED"
    assert refused(service, command, STRANGER) == "BOOKING_NOT_FOUND"


def test_a_repeated_key_of_an_action_does_not_ask_rooms_again(service: BookingsUnderTest) -> None:
    created = service.book(draft=True)
    command = SubmitBooking(**about(created.booking.booking_id))

    first = service.answer(command, guest_of(created), idempotency_key="s", fingerprint="f")
    again = service.answer(command, guest_of(created), idempotency_key="s", fingerprint="f")

    assert (again.replayed, again.reply) == (True, first.reply)
    assert service.rooms.kinds() == ["HoldInventory", "HoldInventory"]


def test_a_command_with_another_version_is_refused(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id

    with pytest.raises(Refusal) as caught:
        service.ask(CancelBooking(**about(booking_id)), if_match=(7,))

    assert caught.value.code == "VERSION_MISMATCH"
    assert service.ask(CancelBooking(**about(booking_id)), if_match=(1,)).version == 2


def test_a_name_that_is_taken_is_drawn_again(service: BookingsUnderTest) -> None:
    counter_with_luck = BookingsUnderTest(service.engine, choose=random.Random(1).choice)
    first = counter_with_luck.book().booking
    # The same chance again: both names are taken, so both are drawn anew; the hold is asked for under the new name.
    unlucky = BookingsUnderTest(service.engine, choose=random.Random(1).choice)

    second = unlucky.book().booking

    assert second.booking_id != first.booking_id
    assert second.confirmation_number != first.confirmation_number
    assert [ask.booking_id for ask in unlucky.rooms.asks] == [first.booking_id, second.booking_id]


def test_a_taken_confirmation_number_alone_is_drawn_again_without_another_hold(service: BookingsUnderTest) -> None:
    service.book()
    service.rows("UPDATE booking_directory SET confirmation_number = 'KIL-2030-22222222'")
    letters = iter("ABCDEFGH" + "22222222" + "33333333")
    unlucky = BookingsUnderTest(service.engine, choose=lambda _: next(letters))

    booking = unlucky.book().booking

    assert (booking.booking_id, booking.confirmation_number) == ("BK-2030-ABCDEFGH", "KIL-2030-33333333")
    assert len(unlucky.rooms.asks) == 1


def test_at_new_year_the_year_is_the_hotels_own(service: BookingsUnderTest) -> None:
    service.at(datetime(2031, 1, 1, 2, 0, tzinfo=UTC))
    service.rooms.held = held(hotel=a_card(timezone="America/Los_Angeles", code="LAX"))

    booking = service.book(
        check_in=NOW.date() + timedelta(days=300), check_out=NOW.date() + timedelta(days=301)
    ).booking

    assert booking.booking_id.startswith("BK-2030-")
    assert booking.confirmation_number.startswith("LAX-2030-")
    assert service.rooms.kinds() == ["GetHotel", "HoldInventory"]


def test_a_booking_with_a_hold_that_is_too_old_is_not_stored(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.bookings.steps.booking_creation.STORE_WITHIN", 0.0)

    with pytest.raises(Unavailable):
        service.book()

    assert service.row("SELECT count(*) AS n FROM booking").n == 0


def test_a_creation_refused_by_rooms_stores_nothing_and_frees_the_key(service: BookingsUnderTest) -> None:
    service.rooms.instead[HoldInventory] = Refusal("SOLD_OUT", "Sold out.")
    with pytest.raises(Refusal, match="SOLD_OUT"):
        service.answer(a_request(), PUBLIC, idempotency_key="k", fingerprint="f")

    del service.rooms.instead[HoldInventory]
    assert not service.answer(a_request(), PUBLIC, idempotency_key="k", fingerprint="f").replayed

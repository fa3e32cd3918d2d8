"""Rotation of the key of guests' tokens: the newest key signs, each key in the list verifies."""

from typing import Any

import pytest
import sqlalchemy as sa

from contracts.bookings.communications import GetMailFacts
from contracts.bookings.guest_access import AuthenticateGuest, ExchangeCode, RevokeGuestToken
from contracts.bookings.queries import GetBooking
from contracts.values import Caller
from services.bookings.domain.guest_tokens import GuestTokens, derived_token
from services.bookings.settings import BookingsSettings
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, refused
from tests.unit.bookings.builders import PUBLIC, SYSTEM, TOKENS, a_request

OLD, NEW = TOKENS.newest_key, "a-newer-key-for-guest-tokens"


def with_keys(engine: sa.Engine, *keys: str) -> BookingsUnderTest:
    return BookingsUnderTest(engine, guest_tokens=GuestTokens(keys))


def exchanged(service: BookingsUnderTest, booking_id: str) -> Caller:
    code = service.ask(GetMailFacts(**about(booking_id)), SYSTEM).access_code
    return Caller(kind="guest", guest_token=service.ask(ExchangeCode(code=code), PUBLIC).guest_token)


def opens(service: BookingsUnderTest, booking_id: str, guest: Caller) -> bool:
    """Whether the token opens the booking, by the booking's id and by the token alone."""
    assert service.ask(GetBooking(**about(booking_id)), guest).booking_id == booking_id
    return bool(service.ask(AuthenticateGuest(), guest).booking_id == booking_id)


def test_a_new_key_alone_invalidates_every_token(service: BookingsUnderTest) -> None:
    created = service.book()
    alone = with_keys(service.engine, NEW)

    assert refused(alone, GetBooking(**about(created.booking.booking_id)), guest_of(created)) == "INVALID_TOKEN"


def test_tokens_of_the_old_key_are_valid_while_the_old_key_is_in_the_list(service: BookingsUnderTest) -> None:
    created = service.book()
    rotated = with_keys(service.engine, NEW, OLD)

    assert opens(rotated, created.booking.booking_id, guest_of(created))


def test_an_exchange_gives_a_token_of_the_newest_key_and_the_old_token_stays_valid(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id = created.booking.booking_id
    rotated, removed = with_keys(service.engine, NEW, OLD), with_keys(service.engine, NEW)

    new = exchanged(rotated, booking_id)

    assert new.guest_token == derived_token(NEW, booking_id, 1)
    assert opens(rotated, booking_id, new)
    assert opens(rotated, booking_id, guest_of(created))
    assert opens(removed, booking_id, new)
    assert refused(removed, GetBooking(**about(booking_id)), guest_of(created)) == "INVALID_TOKEN"
    assert refused(removed, AuthenticateGuest(), guest_of(created)) == "INVALID_TOKEN"


def test_a_process_with_the_old_list_accepts_tokens_that_were_exchanged_by_another(service: BookingsUnderTest) -> None:
    """During the restart: first the new key is added behind the old one everywhere, then put in front."""
    created = service.book()
    booking_id = created.booking.booking_id
    prepared, rotated = with_keys(service.engine, OLD, NEW), with_keys(service.engine, NEW, OLD)

    assert opens(prepared, booking_id, exchanged(rotated, booking_id))


def test_new_bookings_have_a_token_of_the_newest_key(service: BookingsUnderTest) -> None:
    created = with_keys(service.engine, NEW, OLD).book()

    assert created.guest_token == derived_token(NEW, created.booking.booking_id, 1)


def test_a_repeated_request_gets_the_token_that_it_got_before_the_rotation(service: BookingsUnderTest) -> None:
    key: dict[str, Any] = {"idempotency_key": "k", "fingerprint": "f"}
    first = service.answer(a_request(), PUBLIC, **key).reply

    again = with_keys(service.engine, NEW, OLD).answer(a_request(), PUBLIC, **key)

    assert (again.replayed, again.reply.guest_token) == (True, first.guest_token)


def test_a_revoked_token_is_invalid_under_every_key(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id = created.booking.booking_id
    rotated = with_keys(service.engine, NEW, OLD)
    new = exchanged(rotated, booking_id)

    rotated.ask(RevokeGuestToken(**about(booking_id)))

    for guest in (guest_of(created), new):
        assert refused(rotated, GetBooking(**about(booking_id)), guest) == "INVALID_TOKEN"
        assert refused(rotated, AuthenticateGuest(), guest) == "INVALID_TOKEN"


@pytest.mark.parametrize(
    ("text", "keys"), [("one", ("one",)), (" new , old ", ("new", "old")), ("new,,old,", ("new", "old"))]
)
def test_the_setting_takes_one_key_or_several(text: str, keys: tuple[str, ...]) -> None:
    settings = BookingsSettings(mode="demo", guest_token_key=text)

    assert settings.guest_tokens.keys == keys

"""The context of an ask: the scoped key, the body's fingerprint, the expected version, the trace."""

import re

import pytest

from contracts.bookings.approval import DeclineBooking
from contracts.bookings.asks import CancelBooking, CreateBooking
from contracts.bookings.queries import GetBooking
from contracts.bookings.views import CreatedBooking
from contracts.rooms.quotes import GiveQuote
from contracts.values import Context
from gateway.http.request import ApiRequest
from gateway.identity.roles import Role
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import GUEST, Gateway, code

BOOKING = f"/api/public/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}"
CREATE = f"/api/public/hotels/{builders.HOTEL}/room-bookings/"
STAY = {"room_type_code": "STD", "check_in": "2026-08-14", "check_out": "2026-08-17"}
GUEST_BODY = {"first_name": "Ada", "last_name": "Byrne", "email": "ada@example.com"}
ANONYMOUS_KEY = "a-key-of-16-or-more"


def _cancelled(gateway: Gateway, *, path: str = f"{BOOKING}/cancel/", key: str = "k", **more: object) -> Context:
    gateway.bus.answers(CancelBooking, builders.booking())
    headers = {**GUEST, "Idempotency-Key": key, **more.pop("headers", {})}  # type: ignore[dict-item]
    assert gateway.post(path, headers=headers, **more).status_code == 200  # type: ignore[arg-type]
    return gateway.bus.last_context(CancelBooking)


def test_a_request_without_a_key_has_no_idempotency_key(gateway: Gateway) -> None:
    gateway.bus.answers(CancelBooking, builders.booking())

    gateway.post(f"{BOOKING}/cancel/", headers=GUEST)

    assert gateway.bus.last_context(CancelBooking).idempotency_key is None


def test_the_same_request_has_the_same_key_by_any_spelling(gateway: Gateway) -> None:
    first = _cancelled(gateway)
    alias = _cancelled(gateway, path=f"{BOOKING}/cancel".replace("/hotels/", "/hotel/"))

    assert first.idempotency_key == alias.idempotency_key
    assert re.fullmatch(r"[0-9a-f]{64}", first.idempotency_key or "")


def test_another_caller_path_or_key_is_another_scope(gateway: Gateway) -> None:
    scopes = {
        _cancelled(gateway).idempotency_key,
        _cancelled(gateway, key="l").idempotency_key,
        _cancelled(gateway, path=f"{BOOKING[:-1]}X/cancel/").idempotency_key,
        _cancelled(gateway, headers={"Authorization": "Bearer another-guests-token"}).idempotency_key,
    }

    assert len(scopes) == 4


def test_the_fingerprint_depends_on_the_meaning_of_the_body_only(gateway: Gateway) -> None:
    empty, also_empty = _cancelled(gateway), _cancelled(gateway, content=b" { } ")
    one = _cancelled(gateway, content=b'{"reason": "ill"}')
    other = _cancelled(gateway, content=b'{"reason": "well"}')

    assert empty.fingerprint == also_empty.fingerprint
    assert len({empty.fingerprint, one.fingerprint, other.fingerprint}) == 3


def test_two_members_of_staff_do_not_share_keys(gateway: Gateway, manager: dict[str, str]) -> None:
    from uuid import UUID

    colleague = gateway.accounts.signed_in(builders.staff(Role.MANAGER, id=UUID(int=8)))
    gateway.bus.answers(DeclineBooking, builders.booking())
    path = f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/decline/"

    scopes = []
    for proof in (manager, colleague):
        gateway.post(path, headers={**proof, "Idempotency-Key": "k"})
        scopes.append(gateway.bus.last_context(DeclineBooking).idempotency_key)

    assert scopes[0] != scopes[1]


@pytest.mark.parametrize("key", ["short", "x" * 256, "with space in the middle", ""])
def test_an_invalid_idempotency_key_is_refused(gateway: Gateway, key: str) -> None:
    gateway.bus.answers(GiveQuote, builders.quote())

    answer = gateway.post(f"/api/public/hotels/{builders.HOTEL}/pricing/quote/", STAY, headers={"Idempotency-Key": key})

    assert (answer.status_code, code(answer)) == (422, "VALIDATION_ERROR")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_stored_reply_sets_idempotency_replayed(gateway: Gateway) -> None:
    gateway.bus.answers(CreateBooking, CreatedBooking(booking=builders.booking(), guest_token="same"))
    body, headers = {**STAY, "guest": GUEST_BODY}, {"Idempotency-Key": ANONYMOUS_KEY}

    first = gateway.post(CREATE, body, headers=headers)
    gateway.bus.replayed = True
    again = gateway.post(CREATE, body, headers=headers)

    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json() == again.json()


@pytest.mark.parametrize(
    ("sent", "versions"),
    [
        ('"7"', (7,)),
        ('W/"7"', (7,)),
        ('"1", "2"', (1, 2)),
        (' "1" ,,\tW/"2","else"', (1, 2)),
        ("*", None),
    ],
)
def test_if_match_versions_travel_with_the_ask(gateway: Gateway, sent: str, versions: tuple[int, ...] | None) -> None:
    assert _cancelled(gateway, headers={"If-Match": sent}).if_match == versions


def test_if_match_may_be_spread_over_headers(gateway: Gateway) -> None:
    gateway.bus.answers(CancelBooking, builders.booking())

    gateway.post(f"{BOOKING}/cancel/", headers=[*GUEST.items(), ("If-Match", '"1"'), ("If-Match", '"2"')])

    assert gateway.bus.last_context(CancelBooking).if_match == (1, 2)


@pytest.mark.parametrize("sent", ["", "7", '"seven"', '"1", 2', '*, "1"', '"99999999999999999999"'])
def test_an_if_match_without_a_version_is_412(gateway: Gateway, sent: str) -> None:
    answer = gateway.post(f"{BOOKING}/cancel/", headers={**GUEST, "If-Match": sent})

    assert (answer.status_code, code(answer)) == (412, "VERSION_MISMATCH")


def test_request_id_and_trace_are_taken_carried_and_returned(gateway: Gateway) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    gateway.bus.answers(GetBooking, builders.booking())

    sent = {"X-Request-Id": "req-1", "traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    answer = gateway.get(f"{BOOKING}/", headers={**GUEST, **sent})

    context = gateway.bus.last_context(GetBooking)
    assert answer.headers["x-request-id"] == context.request_id == "req-1"
    assert answer.headers["traceparent"] == context.traceparent
    assert context.traceparent.split("-")[1] == trace


def test_a_request_without_id_and_trace_gets_new_ones(gateway: Gateway) -> None:
    answer = gateway.get("/nowhere/", headers={"X-Request-Id": "not one\twe take", "traceparent": "junk"})

    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.json()["trace_id"] == answer.headers["traceparent"].split("-")[1]


def test_a_thing_in_the_path_is_a_field_of_the_message_or_an_error() -> None:
    request = ApiRequest(
        {"type": "http", "headers": [], "path_params": {"slug": "a", "booking_id": "BK", "item_id": "7"}}
    )

    with pytest.raises(TypeError, match="item_id"):
        request.for_path(GetBooking)

    request = ApiRequest({"type": "http", "headers": [], "path_params": {"slug": "a", "booking_id": "BK"}})
    assert request.for_path(GetBooking) == GetBooking(hotel="a", booking_id="BK")

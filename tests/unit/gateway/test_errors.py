"""Every error has one shape, and a client's error is never a server error."""

import pytest

from chassis.refusal import Refusal
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetBooking
from contracts.notifier.channel_authorisation import ChannelSignature, SignChannel, SignUser
from contracts.rooms.availability import CheckAvailability
from gateway.http.status_codes import STATUSES, status_of
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import GUEST, Gateway, code

HOTEL = f"/api/public/hotels/{builders.HOTEL}"
BOOKING = f"{HOTEL}/room-bookings/{builders.BOOKING}"


def test_an_unknown_path_is_404(gateway: Gateway) -> None:
    assert code(gateway.get("/api/nothing/here/")) == "NOT_FOUND"


def test_a_path_with_a_nul_is_404(gateway: Gateway) -> None:
    assert code(gateway.get("/api/public/hotels/a%00b/")) == "NOT_FOUND"


def test_another_method_is_405_and_says_which_are_allowed(gateway: Gateway) -> None:
    answer = gateway.call("DELETE", f"/api/staff/hotels/{builders.HOTEL}/room-bookings/x/")

    assert (answer.status_code, code(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, PATCH"


@pytest.mark.parametrize(
    "raw", [b"{", b"nonsense", b'{"a": NaN}', b"\xff\xfe", b"[" * 5000, b'{"reason": "\\ud800"}', b'{"a": 1e999}']
)
def test_a_body_that_is_not_json_is_400(gateway: Gateway, raw: bytes) -> None:
    answer = gateway.post(f"{BOOKING}/cancel/", content=raw, headers=GUEST)

    assert (answer.status_code, code(answer)) == (400, "MALFORMED_JSON")


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"7", b"null"])
def test_a_json_body_that_is_not_an_object_is_422(gateway: Gateway, raw: bytes) -> None:
    answer = gateway.post(f"{BOOKING}/cancel/", content=raw, headers=GUEST)

    assert (answer.status_code, code(answer)) == (422, "VALIDATION_ERROR")


def test_a_body_is_read_as_json_whatever_its_content_type(gateway: Gateway) -> None:
    gateway.bus.answers(CancelBooking, builders.booking())

    answer = gateway.post(f"{BOOKING}/cancel/", content=b'{"reason": "ill"}', headers={**GUEST, "Content-Type": "x/y"})

    assert answer.status_code == 200
    assert gateway.bus.last(CancelBooking).reason == "ill"


def test_a_large_body_is_413_with_and_without_a_content_length(gateway: Gateway) -> None:
    async def chunks():  # type: ignore[no-untyped-def]
        for _ in range(70):
            yield b" " * 1024

    declared = gateway.post(f"{BOOKING}/cancel/", content=b" " * 65537, headers=GUEST)
    undeclared = gateway.post(f"{BOOKING}/cancel/", content=chunks(), headers=GUEST)
    webhook = gateway.post("/api/public/hotels/room-bookings/stripe-webhook/", content=b" " * 65537)

    for answer in (declared, undeclared, webhook):
        assert (answer.status_code, code(answer)) == (413, "BODY_TOO_LARGE")


def test_the_token_is_checked_before_the_body(gateway: Gateway) -> None:
    assert gateway.post(f"{BOOKING}/cancel/", content=b"{").status_code == 401


def test_an_unavailable_service_is_503_with_retry_after(gateway: Gateway) -> None:
    answer = gateway.get(f"{BOOKING}/", headers=GUEST)

    assert (answer.status_code, code(answer)) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "2"
    assert "GetBooking" not in answer.text


@pytest.mark.parametrize("accident", [RuntimeError("secret detail"), KeyError("secret detail")])
def test_an_unexpected_error_has_no_details(gateway: Gateway, accident: Exception) -> None:
    gateway.bus.answers(GetBooking, accident)

    answer = gateway.get(f"{BOOKING}/", headers=GUEST)

    assert (answer.status_code, code(answer)) == (500, "INTERNAL_ERROR")
    assert "secret detail" not in answer.text


def test_a_refusal_has_its_errors_by_field(gateway: Gateway) -> None:
    refusal = Refusal("VALIDATION_ERROR", "No.", errors=[{"field": "check_in", "message": "in the past"}])
    gateway.bus.answers(CheckAvailability, refusal)

    answer = gateway.get(f"{HOTEL}/availability/?check_in=2026-08-14&check_out=2026-08-16")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "check_in", "message": "in the past"}]


def test_details_of_a_refusal_do_not_replace_the_fields_of_a_problem(gateway: Gateway) -> None:
    gateway.bus.answers(GetBooking, Refusal("BOOKING_ENDED", "Over.", status=200, ended_at="then"))

    answer = gateway.get(f"{BOOKING}/", headers=GUEST)

    assert code(answer) == "BOOKING_ENDED"
    assert answer.json()["ended_at"] == "then"


def test_an_action_in_progress_has_retry_after(gateway: Gateway) -> None:
    gateway.bus.answers(CancelBooking, Refusal("ACTION_IN_PROGRESS", "Wait."))

    answer = gateway.post(f"{BOOKING}/cancel/", headers=GUEST)

    assert (answer.status_code, answer.headers["retry-after"]) == (409, "1")


def test_a_running_request_blocks_its_key_for_as_long_as_its_service_says(gateway: Gateway) -> None:
    gateway.bus.answers(CancelBooking, Refusal("IDEMPOTENCY_IN_PROGRESS", "Still running.", retry_after=4))

    answer = gateway.post(f"{BOOKING}/cancel/", headers={**GUEST, "Idempotency-Key": "k"})

    assert (answer.status_code, answer.headers["retry-after"]) == (409, "4")
    assert "retry_after" not in answer.json()


def test_each_code_has_one_status() -> None:
    codes = [code for codes in STATUSES.values() for code in codes]

    assert len(codes) == len(set(codes))


def test_an_unlisted_code_is_404_where_its_name_says_not_found_and_else_409() -> None:
    codes = ("SOMETHING_NEW", "PACKAGE_NOT_FOUND", "POLICY_NOT_FOUND", "ROOM_TYPE_NOT_FOUND")

    assert [status_of(code) for code in codes] == [409, 404, 404, 422]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"data": {"socket_id": "1.2"}}, "MISSING_FIELD"),
        ({"json": {"channel_name": "x"}}, "MISSING_FIELD"),
        ({"json": {"socket_id": 12, "channel_name": "x"}}, "MISSING_FIELD"),
        ({"content": b"{"}, "MALFORMED_JSON"),
        ({"content": b""}, "MISSING_FIELD"),
    ],
)
def test_realtime_auth_without_its_fields_is_400(gateway: Gateway, body: dict[str, object], refused: str) -> None:
    answer = gateway.post("/api/realtime/auth/", headers=GUEST, **body)

    assert (answer.status_code, code(answer)) == (400, refused)


@pytest.mark.parametrize(("refused", "status"), [("CHANNEL_FORBIDDEN", 403), ("INVALID_SOCKET_ID", 400)])
def test_a_refusal_by_the_notifier_keeps_its_code(gateway: Gateway, refused: str, status: int) -> None:
    gateway.bus.answers(SignChannel, Refusal(refused, "No."))

    answer = gateway.post("/api/realtime/auth/", {"socket_id": "x", "channel_name": "y"}, headers=GUEST)

    assert (answer.status_code, code(answer)) == (status, refused)


def test_realtime_auth_works_for_staff_and_needs_a_token(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(SignChannel, ChannelSignature(auth="key:sig"))
    gateway.bus.answers(SignUser, ChannelSignature(auth="key:sig", user_data='{"id":"7"}'))
    fields = {"socket_id": "1.2", "channel_name": f"private-hotel-{builders.HOTEL}"}

    assert gateway.post("/api/realtime/auth/", fields, headers=manager).json() == {"auth": "key:sig"}
    assert gateway.bus.last_context(SignChannel).caller.hotel == builders.HOTEL
    signed_in = gateway.post("/api/realtime/user-auth/", {"socket_id": "1.2"}, headers=manager)
    assert signed_in.json() == {"auth": "key:sig", "user_data": '{"id":"7"}'}
    assert gateway.post("/api/realtime/auth/", fields).status_code == 401

"""Nothing that a client sends is answered as our fault, or with a status that is not documented."""

from typing import Any

import pytest

from tests.unit.gateway import builders
from tests.unit.gateway.document import each_operation, tokens_of
from tests.unit.gateway.fakes import GUEST, Gateway

NASTY = ["\u0000", "\ufffd", "a" * 5000, "-1", "9" * 400, "null", "{}", "'; --", "2026-02-30", "\u202e", "%", " "]
BODIES: list[bytes] = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"{",
    b"\x00",
    b'{"a":' * 2000 + b"1" + b"}" * 2000,
    b'{"reason":"\\u0000"}',
    b'{"reason_note":"\\ud83d"}',
    b'{"adults":1e400}',
    b'{"room_number":["1"],"to_status":{},"passed":"x","code":7,"email":[],"password":0,"guest":{"email":"@"}}',
    (
        '{"guest_first_name":{"a":1},"check_in":"0000-00-00","check_out":"9999-99-99","adults":' + "9" * 300 + "}"
    ).encode(),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "path", "operation"), each_operation(lambda _, operation: not operation.get("deprecated"))
)
def test_every_status_is_documented(
    gateway: Gateway, manager: dict[str, str], method: str, path: str, operation: dict[str, Any]
) -> None:
    proof = manager if tokens_of(operation) == {"staffToken"} else GUEST
    names = [each["name"] for each in operation["parameters"] if each["in"] == "query"]
    plain = path.format_map(builders.SAMPLES)

    answers = [gateway.call(method, plain, headers=proof, content=body) for body in BODIES]
    answers += [gateway.call(method, plain, headers=proof, params=dict.fromkeys(names, nasty)) for nasty in NASTY]
    answers += [
        gateway.call(method, plain, headers={**proof, name: value})
        for name in ("Idempotency-Key", "If-Match", "X-Request-Id", "traceparent", "Last-Event-ID", "Accept")
        for value in (b"", b'"', b"\xff", b"9" * 400)
    ]

    statuses = {str(answer.status_code) for answer in answers}
    assert statuses <= operation["responses"].keys()
    assert "500" not in statuses


@pytest.mark.parametrize("nasty", ["%00", "%ff%fe", "..%2f..", "%0a", "a" * 3000, "%25", "%F0%9F%98%80"])
def test_an_odd_path_is_answered_without_an_error(gateway: Gateway, manager: dict[str, str], nasty: str) -> None:
    for path in (
        f"/api/public/hotels/{nasty}/",
        f"/api/staff/hotels/{nasty}/rooms/",
        f"/api/staff/hotels/{builders.HOTEL}/rooms/{nasty}/",
        f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{nasty}/",
    ):
        assert gateway.get(path, headers=manager).status_code in {404, 503}

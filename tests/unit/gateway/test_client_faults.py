"""What a client does is never the gateway's error: no status from 500 on, and no line of an error."""

import asyncio
import hmac
import itertools
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from chassis import codec
from chassis.observability import logs
from chassis.refusal import Refusal
from contracts.operations import Health, Ping
from gateway.http import middleware, problems
from tests.unit.gateway import builders
from tests.unit.gateway.document import each_operation, tokens_of
from tests.unit.gateway.fakes import GUEST, Gateway, RefusingBus

DEEP = [
    b'{"a":' * 3000 + b"1" + b"}" * 3000,
    b"[" * 60_000,
    b'{"a":' * 200 + b"1" + b"}" * 200,
    b"[" * 3000 + b"]" * 3000,
]
ODD_BODIES = [
    *DEEP,
    b"",
    b"{",
    b"\x00",
    b"\xff\xfe\xfd",
    b'{"a":"\xff"}',
    b'{"a":' + b"9" * 5000 + b"}",
    b'{"a":1e999999}',
    b'{"a":-' + b"9" * 400 + b"e-400}",
    b'{"a":"\\ud800"}',
    b'{"\\u0000":"\\u0000"}',
    b'{"a":1,"a":2}',
    b"socket_id=%ff&channel_name=%00",
]
ODD_VALUES = [b"", b"\xe9", b"Bearer \xe9", b"Bearer " + b"a" * 600, b"9" * 5000, b"\xff" * 100, b"a\tb", b"[", b"%00"]
ODD_HEADERS = [
    b"authorization", b"idempotency-key", b"if-match", b"if-none-match", b"content-type", b"content-length",
    b"stripe-signature", b"host", b"x-request-id", b"traceparent", b"last-event-id", b"accept", b"origin", b"range",
    b"if-modified-since", b"x-forwarded-for", b"cookie", b"expect", b"upgrade",
]  # fmt: skip
OTHER_PATHS = [
    "/metrics", "/readyz", "/livez", "/openapi.json", "/asyncapi.json", "/", "/guest", "/staff", "/docs",
    "/assets/pages.css", "/assets/swagger/swagger-ui.css", "/assets/\x00", "/assets/..", "/assets/" + "a" * 5000,
    "/\ufffd", "//", "/assets", "/nowhere",
]  # fmt: skip


@pytest.fixture
def refusing(app: Any) -> Iterator[Gateway]:
    made = Gateway(app=app, bus=RefusingBus(), metrics_token="a-token-of-some-length")
    made.bus.answers(Ping, Health(service="any", ready=True, now=builders.NOON))
    yield made
    made.close()


@pytest.fixture
def log_output(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """What the gateway logs."""
    root, written = logging.getLogger(), StringIO()
    handlers = root.handlers[:]
    logs.configure("gateway", level="INFO")
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    for module in (middleware, problems):  # a logger keeps what it was first used with
        monkeypatch.setattr(module, "log", logs.logger(module.__name__))
    yield written.getvalue
    root.handlers[:] = handlers


def send(
    gateway: Gateway,
    method: str,
    path: str,
    *,
    headers: list[tuple[bytes, bytes]],
    messages: list[dict[str, Any]],
    query: bytes = b"",
) -> int:
    """One request as the server hands it over; returns the status, 0 where the client got none.

    `messages` are what the server receives; then the client has left.
    """
    received = iter(messages)
    statuses = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return next(received, {"type": "http.disconnect"})

    async def sent(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": b"/",
        "root_path": "",
        "query_string": query,
        "headers": headers,
        "client": ("198.51.100.7", 1),
        "server": ("gateway.test", 80),
    }

    async def request(_: Any) -> None:
        async with asyncio.timeout(5):
            await gateway.app(scope, receive, sent)

    gateway.together(request)
    return statuses[0] if statuses else 0


def whole(body: bytes) -> list[dict[str, Any]]:
    return [{"type": "http.request", "body": body, "more_body": False}]


def half(body: bytes) -> list[dict[str, Any]]:
    return [{"type": "http.request", "body": body, "more_body": True}]


def _proof(operation: dict[str, Any], manager: dict[str, str]) -> tuple[bytes, bytes]:
    headers = manager if tokens_of(operation) == {"staffToken"} else GUEST
    return b"authorization", headers["Authorization"].encode()


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path", "operation"), each_operation(lambda _, each: not each.get("deprecated")))
def test_no_operation_can_be_made_to_fail(
    refusing: Gateway, log_output: Callable[[], str], method: str, path: str, operation: dict[str, Any]
) -> None:
    manager = refusing.accounts.signed_in(builders.staff())
    plain, proof = path.format_map(builders.SAMPLES), _proof(operation, manager)
    numbers = itertools.cycle(range(len(ODD_VALUES)))

    statuses = [send(refusing, method, plain, headers=[proof], messages=whole(body)) for body in ODD_BODIES]
    statuses += [send(refusing, method, plain, headers=[proof], messages=half(body)) for body in (b"", b'{"a":')]
    statuses += [send(refusing, method, plain, headers=[proof], messages=[])]
    for name in ODD_HEADERS:
        odd = ODD_VALUES[next(numbers)], ODD_VALUES[next(numbers)]
        headers = [*([proof] if name != b"authorization" else []), (name, odd[0]), (name, odd[1])]
        statuses += [send(refusing, method, plain, headers=headers, messages=whole(b"{}"))]
    statuses += [
        send(refusing, method, plain, headers=[proof], messages=whole(b"{}"), query=query)
        for query in (b"\xff=\xff", b"page=" + b"9" * 5000, b"page=%00&page=%ff", b"a=1&" * 3000, b"after=%F0%9F%98%80")
    ]
    for name in builders.SAMPLES:
        odd = plain.replace(builders.SAMPLES[name], "\ufffd\x7f" + "9" * 400)
        statuses += [send(refusing, method, odd, headers=[proof], messages=whole(b"{}"))]

    assert [status for status in statuses if status >= 500] == []
    assert '"level": "error"' not in log_output()


@pytest.mark.slow
@pytest.mark.parametrize("path", OTHER_PATHS)
def test_no_other_path_can_be_made_to_fail(refusing: Gateway, log_output: Callable[[], str], path: str) -> None:
    statuses = [
        send(refusing, method, path, headers=[(name, value), (name, value)], messages=whole(b"{}"))
        for method in ("GET", "HEAD", "POST")
        for name in ODD_HEADERS
        for value in ODD_VALUES
    ]

    assert [status for status in statuses if status >= 500] == []
    assert '"level": "error"' not in log_output()


def test_the_metrics_token_is_compared_as_bytes(refusing: Gateway) -> None:
    headers = [(b"authorization", b"Bearer \xe9")]

    assert send(refusing, "GET", "/metrics", headers=headers, messages=whole(b"")) == 401
    with pytest.raises(TypeError):
        hmac.compare_digest("Bearer \xe9", "Bearer a-token-of-some-length")


def test_a_client_that_leaves_in_mid_body_is_no_error(gateway: Gateway, log_output: Callable[[], str]) -> None:
    path = f"/api/public/hotels/{builders.HOTEL}/room-bookings/"

    send(gateway, "POST", path, headers=[], messages=half(b'{"room_type_code":'))

    output = log_output()
    assert '"status": 499' in output
    assert "request_broke" not in output
    counted = gateway.app_state.request_metrics.registry.get_sample_value(
        "hotelmate_http_request_seconds_count",
        {"method": "POST", "route": path.replace(builders.HOTEL, "{slug}"), "status": "4xx"},
    )
    assert counted == 1


def test_a_client_that_left_would_be_an_error_like_any_other_exception(
    gateway: Gateway, log_output: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unknown(Exception):
        """Stands for `ClientDisconnect` where nobody knows that class."""

    monkeypatch.setattr(problems, "ClientDisconnect", Unknown)

    response = problems.problem_response(ClientDisconnect(), _request(gateway))

    assert response.status_code == 500
    assert "request_broke" in log_output()


def _request(gateway: Gateway) -> Any:
    return Request({"type": "http", "path": "/", "headers": [], "app": gateway.app, "query_string": b""})


def test_a_host_header_that_is_no_host_does_not_break_an_answer(gateway: Gateway) -> None:
    headers = [(b"host", b"["), (b"authorization", b"\xe9")]

    assert send(gateway, "GET", "/api/nowhere/", headers=headers, messages=whole(b"")) == 404


@pytest.mark.parametrize("body", DEEP)
def test_a_deep_body_is_not_json(gateway: Gateway, body: bytes) -> None:
    path = f"/api/public/hotels/{builders.HOTEL}/room-bookings/"

    answer = gateway.post(path, content=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "MALFORMED_JSON")


def test_thousands_of_unknown_fields_are_answered_with_twenty(gateway: Gateway) -> None:
    path = f"/api/public/hotels/{builders.HOTEL}/room-bookings/"

    answer = gateway.post(path, {f"field{number}" + "x" * 300: 1 for number in range(190)})
    many = gateway.post(path, {f"f{number}": 1 for number in range(6_000)})

    assert answer.status_code == many.status_code == 422
    assert len(answer.json()["errors"]) == len(many.json()["errors"]) == 20
    assert max(len(each["field"]) for each in answer.json()["errors"]) <= 200
    assert "6" in many.json()["detail"]
    assert len(many.content) < 4_000
    assert len(answer.content) < 8_000


def test_without_the_bound_thousands_of_errors_are_answered(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "MAX_ERRORS", 100_000)
    path = f"/api/public/hotels/{builders.HOTEL}/room-bookings/"

    answer = gateway.post(path, {f"f{number}": 1 for number in range(6_000)})

    assert len(answer.content) > 300_000


def test_the_errors_of_a_refusal_are_bounded_too(gateway: Gateway) -> None:
    errors = [{"field": "a" * 1_000, "message": "b" * 1_000}] * 500
    request = _request(gateway)

    response = problems.problem_response(Refusal("VALIDATION_ERROR", "No.", errors=errors), request)

    assert len(codec.decode(response.body)["errors"]) == 20
    assert len(response.body) < 10_000


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/api/bookings/BK-2026-7KQ2MDXR/ada@example.com/", "unmatched"),
        ("/guest/code/x7Kq2mD9vT4pR8sWx7Kq2m", "unmatched"),
        (f"/guest/{builders.HOTEL}/bookings/{builders.BOOKING}", "/guest/{slug}/bookings/{booking_id}"),
        ("/assets/x7Kq2mD9vT4pR8sWx7Kq2m.js", "/assets"),
        ("/metrics", "/metrics"),
    ],
)
def test_a_path_is_logged_as_its_template_only(
    gateway: Gateway, log_output: Callable[[], str], path: str, logged: str
) -> None:
    gateway.get(path)

    output = log_output()
    assert f'"route": "{logged}"' in output
    assert ("path_length" in output) == (logged == "unmatched")
    for secret in ("7KQ2MDXR", "ada@", "x7Kq2mD9"):
        assert secret not in output

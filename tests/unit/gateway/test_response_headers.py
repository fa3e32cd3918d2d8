"""Headers that every response has, decided in one place."""

from typing import Any

import pytest

from contracts.bookings.queries import GetBooking
from gateway.api.routes import operations
from gateway.pages import HEADERS, PAGES
from tests.unit.gateway import builders
from tests.unit.gateway.document import each_operation
from tests.unit.gateway.fakes import GUEST, Gateway

# The answers that are the same for everybody, and may be stored for as long as the gateway itself stores them.
FOR_EVERYBODY = {"list_hotels", "get_hotel", "get_public_settings"}


def _headers(gateway: Gateway, method: str, path: str, **more: Any) -> tuple[list[str], list[str]]:
    answer = gateway.call(method, path, **more)
    return answer.headers.get_list("cache-control"), answer.headers.get_list("x-content-type-options")


@pytest.mark.parametrize(("method", "path", "operation"), each_operation())
def test_no_answer_of_an_operation_may_be_stored_or_sniffed(
    gateway: Gateway, manager: dict[str, str], method: str, path: str, operation: dict[str, Any]
) -> None:
    del operation
    plain = path.format_map(builders.SAMPLES)

    for headers in ({}, GUEST, manager):
        cached, sniffed = _headers(gateway, method, plain, headers=headers)
        assert sniffed == ["nosniff"]
        assert len(cached) == 1
        assert cached == ["no-store"] or "public" in cached[0]


def test_a_success_with_secrets_may_not_be_stored(gateway: Gateway) -> None:
    gateway.bus.answers(GetBooking, builders.in_house())

    answer = gateway.get(f"/api/public/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/", headers=GUEST)

    assert "lake-water" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_only_what_is_the_same_for_everybody_may_be_stored(gateway: Gateway) -> None:
    stored = {operation.name: operation for operation in operations() if operation.cache_control != "no-store"}

    assert stored.keys() == FOR_EVERYBODY
    assert {operation.audience for operation in stored.values()} == {"public"}
    hotel = gateway.get(f"/api/public/hotels/{builders.HOTEL}/")
    unknown = gateway.get("/api/public/hotels/nowhere/")
    assert (hotel.status_code, hotel.headers["cache-control"]) == (200, "public, max-age=5")
    assert (unknown.status_code, unknown.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize("path", ["/api/nowhere/", "/nowhere", "/livez", "/readyz", "/metrics", "/api/public/hotels/"])
def test_other_answers_may_not_be_stored_or_sniffed(gateway: Gateway, path: str) -> None:
    for method in ("GET", "OPTIONS", "BREW"):
        assert _headers(gateway, method, path) == (["no-store"], ["nosniff"])


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_its_own_headers_once(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path.format_map(builders.SAMPLES))

    assert answer.status_code == 200
    assert {name: answer.headers.get_list(name) for name in HEADERS} == {name: [HEADERS[name]] for name in HEADERS}
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/assets/pages.css", "/assets/swagger/swagger-ui.css", "/openapi.json", "/asyncapi.json"]
)
def test_a_file_is_revalidated_at_each_use(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path)

    assert answer.headers.get_list("cache-control") == ["no-cache"]
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    again = gateway.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

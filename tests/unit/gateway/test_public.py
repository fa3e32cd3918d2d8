"""The public routes: hotels, availability, quotes, bookings."""

from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.asks import CreateBooking
from contracts.bookings.status import BookingSource
from contracts.bookings.views import CreatedBooking
from contracts.notifier.channel_authorisation import DescribeRealtime
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.hotels import Hotels, ListHotels
from contracts.rooms.quotes import GiveQuote
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code

HOTEL = f"/api/public/hotels/{builders.HOTEL}"
STAY = {"room_type_code": "STD", "check_in": "2026-08-14", "check_out": "2026-08-17"}
GUEST = {"first_name": "Ada", "last_name": "Byrne", "email": "ada@example.com", "phone": "+353"}
MADE = CreatedBooking(booking=builders.booking(), guest_token="told-once")


def test_the_directory_is_paged(gateway: Gateway) -> None:
    gateway.bus.answers(ListHotels, Hotels(hotels=tuple(builders.hotel_page(f"hotel-{n}") for n in range(3))))

    body = gateway.get("/api/public/hotels/?page=2&page_size=1").json()

    assert body["count"] == 3
    assert [hotel["slug"] for hotel in body["results"]] == ["hotel-1"]
    assert (body["next"], body["previous"]) == ("?page_size=1&page=3", "?page_size=1&page=1")


@pytest.mark.parametrize("path", ["/", "/settings/"])
def test_a_hotel_has_its_address_and_times(gateway: Gateway, path: str) -> None:
    body = gateway.get(HOTEL + path).json()

    assert body["slug"] == builders.HOTEL
    assert body["name"] == "Hotel Killarney"
    assert body["timezone"] == "Europe/Dublin"
    assert body["theme"] == {"accent": "#0a5"}
    assert body["check_in_time"] == "15:00"


def test_an_unknown_hotel_is_not_found(gateway: Gateway) -> None:
    answer = gateway.get("/api/public/hotels/no-such-place/")

    assert answer.status_code == 404
    assert code(answer) == "HOTEL_NOT_FOUND"


def test_availability_has_prices_in_major_units(gateway: Gateway) -> None:
    gateway.bus.answers(CheckAvailability, builders.availability())

    body = gateway.get(f"{HOTEL}/availability/?check_in=2026-08-14&check_out=2026-08-16&adults=1").json()

    assert body["adults"] == 1
    assert body["room_types"][0]["price_from"] == "130.80"
    assert body["room_types"][0]["pricing"] == {
        "subtotal": "120.00", "discount": "0.00", "taxes": "10.80", "total": "130.80", "currency": "EUR",
    }  # fmt: skip
    assert gateway.bus.last(CheckAvailability).children == 0


@pytest.mark.parametrize("query", ["", "check_in=2026-08-14", "check_in=14.8.2026&check_out=2026-08-16"])
def test_availability_without_two_days_is_refused_by_field(gateway: Gateway, query: str) -> None:
    answer = gateway.get(f"{HOTEL}/availability/?{query}")

    assert answer.status_code == 422
    assert code(answer) == "VALIDATION_ERROR"
    assert answer.json()["errors"][0]["field"] in {"check_in", "check_out"}


def test_a_quote_breaks_the_price_down_by_night(gateway: Gateway) -> None:
    gateway.bus.answers(GiveQuote, builders.quote())

    body = gateway.post(f"{HOTEL}/pricing/quote/", STAY).json()

    assert body["breakdown"] == [{"date": "2026-08-14", "price": "120.00"}, {"date": "2026-08-15", "price": "120.00"}]
    assert (body["subtotal"], body["taxes"], body["total"]) == ("240.00", "21.60", "261.60")
    assert body["valid_until"] == "2026-07-01T12:00:00Z"


def test_a_booking_is_answered_whole_with_its_token(gateway: Gateway) -> None:
    gateway.bus.answers(CreateBooking, MADE)

    answer = gateway.post(f"{HOTEL}/room-bookings/", {**STAY, "guest": GUEST})

    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"3"'
    assert answer.headers["location"] == f"{HOTEL}/room-bookings/{builders.BOOKING}/"
    assert body["guest_token"] == "told-once"
    assert body["expires_at"] == "2026-07-01T12:00:00Z"
    assert body["total_amount"] == "392.40"
    assert body["currency"] == "EUR"
    assert "internal_notes" not in body
    assert gateway.bus.last(CreateBooking).source is BookingSource.ONLINE


@pytest.mark.parametrize("prefix", ["guest_", "primary_"])
def test_older_clients_send_the_guest_flat(gateway: Gateway, prefix: str) -> None:
    gateway.bus.answers(CreateBooking, MADE)

    answer = gateway.post(f"{HOTEL}/room-bookings/", {**STAY, **{prefix + name: v for name, v in GUEST.items()}})

    assert answer.status_code == 201
    assert gateway.bus.last(CreateBooking).guest.email == "ada@example.com"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"guest": {**GUEST, "email": "ada"}}, "guest.email"),
        ({"guest": {**GUEST, "nickname": "A"}}, "guest.nickname"),
        ({"guest": None}, "guest"),
        ({"surprise": 1}, "surprise"),
        ({"guest_shoe_size": 42, "guest_phone": ""}, "guest_shoe_size"),
        ({"adults": 0}, "adults"),
        ({"adults": 2.0}, "adults"),
        ({"check_in": 20260814}, "check_in"),
        ({"special_requests": "a\x00b"}, "special_requests"),
    ],
)
def test_an_invalid_booking_is_refused_by_field(gateway: Gateway, change: dict[str, object], field: str) -> None:
    answer = gateway.post(f"{HOTEL}/room-bookings/", {**STAY, "guest": GUEST, **change})

    assert answer.status_code == 422
    assert code(answer) == "VALIDATION_ERROR"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert gateway.bus.count(CreateBooking) == 0


def test_sold_out_is_a_conflict(gateway: Gateway) -> None:
    gateway.bus.answers(CreateBooking, Refusal("SOLD_OUT", "Nothing is left."))

    answer = gateway.post(f"{HOTEL}/room-bookings/", {**STAY, "guest": GUEST})

    assert answer.status_code == 409
    assert code(answer) == "SOLD_OUT"


def test_a_booking_is_answered_while_the_notifier_is_down(gateway: Gateway) -> None:
    gateway.bus.answers(CreateBooking, MADE)
    gateway.bus.answers(DescribeRealtime, lambda *_: _unavailable())

    answer = gateway.post(f"{HOTEL}/room-bookings/", {**STAY, "guest": GUEST})

    assert answer.status_code == 201
    assert answer.json()["realtime"] is None


def _unavailable() -> Exception:
    from chassis.refusal import Unavailable

    return Unavailable("the notifier is down")


@pytest.mark.parametrize("refusal", ["TOTAL_BELOW_MINIMUM", "TOTAL_ABOVE_MAXIMUM"])
@pytest.mark.parametrize(("path", "ask"), [("pricing/quote/", GiveQuote), ("room-bookings/", CreateBooking)])
def test_a_total_that_no_card_can_take_is_answered_422(
    gateway: Gateway, refusal: str, path: str, ask: type[Any]
) -> None:
    gateway.bus.answers(ask, Refusal(refusal, "The total is EUR 0.49; the smallest card payment is EUR 0.50."))

    answer = gateway.post(f"{HOTEL}/{path}", STAY | ({"guest": GUEST} if ask is CreateBooking else {}))

    assert (answer.status_code, code(answer)) == (422, refusal)
    assert "EUR 0.49" in answer.text

"""Quotes: prices of stays that are kept for half an hour."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.rooms.promotions import PromotionDefinition
from contracts.values import Money
from services.rooms.domain.offers import Offer
from services.rooms.handlers import quotes
from services.rooms.steps.offers import offer_for
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, day

pytestmark = pytest.mark.usefixtures("consistent_capacity")


from tests.interface.rooms.catalogue_asks import quoted, quoting, write_rates


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def test_a_valid_quote_keeps_its_price_after_a_change_of_rates(service: RoomsUnderTest) -> None:
    quote = quoted(service)
    write_rates(service, 0, 5, "999.00")

    assert service.hold("BK-A", quote_id=quote.quote_id).price == quote.price
    assert service.hold("BK-B").price.total.text == "2177.82"


@pytest.mark.parametrize(("seconds", "alive"), [(1800, True), (1801, False)])
def test_a_quote_is_valid_exactly_until_its_end(service: RoomsUnderTest, seconds: int, *, alive: bool) -> None:
    quote = quoted(service)
    service.unit_of_work.moment = START + timedelta(seconds=seconds)
    holding = service.holding("BK-A", quote_id=quote.quote_id)

    if alive:
        assert service.ask(holding).price == quote.price
    else:
        assert service.refusal(holding).code == "UNKNOWN_QUOTE"


def test_a_quote_of_another_hotel_is_unknown(service: RoomsUnderTest) -> None:
    quote = quoted(service)
    service.import_hotel()

    assert service.refusal(service.holding("BK-A", quote_id=quote.quote_id)).code == "UNKNOWN_QUOTE"


def test_a_quote_has_the_stay_the_price_and_the_policy(service: RoomsUnderTest) -> None:
    quote = quoted(service, room_type="double room")

    assert (quote.room_type_code, quote.room_type_name, quote.nights) == ("DBL", "Double Room", 2)
    assert quote.dates == (day(0), day(1))
    assert (quote.price.subtotal, quote.price.tax, quote.price.total) == (euros(20000), euros(1800), euros(21800))
    assert quote.policy_text.startswith("Free cancellation until 24 hours")
    assert quote.valid_until == START + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"room_type": "BARN"}, "ROOM_TYPE_NOT_FOUND"),
        ({"promo_code": "NOPE"}, "UNKNOWN_PROMO"),
        ({"adults": 3}, "VALIDATION_ERROR"),
        ({"adults": 0}, "VALIDATION_ERROR"),
        ({"check_in": day(729), "check_out": day(731)}, "BEYOND_HORIZON"),
        ({"hotel": "nowhere"}, "HOTEL_NOT_FOUND"),
    ],
)
def test_an_invalid_quote_is_refused(service: RoomsUnderTest, overrides: dict[str, object], code: str) -> None:
    assert service.refusal(quoting(service, **overrides)).code == code


def test_a_promotion_applies_in_any_case_of_its_code(service: RoomsUnderTest) -> None:
    service.import_hotel(
        promotions=(
            PromotionDefinition(code="Spring10", kind="PERCENT", value="10", min_nights=2),
            PromotionDefinition(code="SUITE5", kind="FIXED", value="5.00", room_type="STE"),
        )
    )

    assert quoted(service, promo_code="sPRING10").price.discount == euros(2000)
    assert quoted(service, room_type="STE", promo_code="suite5").price.discount == euros(500)
    assert service.refusal(quoting(service, promo_code="suite5")).code == "UNKNOWN_PROMO"
    assert service.refusal(quoting(service, promo_code="Spring10", check_out=day(1))).code == "UNKNOWN_PROMO"


def test_a_hold_with_a_valid_quote_has_the_quoted_price(service: RoomsUnderTest) -> None:
    quote = quoted(service)
    with service.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE room_type SET base_price = 99900 WHERE hotel = :hotel"), {"hotel": service.hotel}
        )

    assert service.hold("BK-A", quote_id=quote.quote_id).price == quote.price
    assert service.hold("BK-B").price.total == euros(217782)


def test_an_expired_quote_is_refused(service: RoomsUnderTest) -> None:
    quote = quoted(service)
    service.unit_of_work.moment = START + timedelta(minutes=31)

    assert service.refusal(service.holding("BK-A", quote_id=quote.quote_id)).code == "UNKNOWN_QUOTE"


def test_a_draft_keeps_its_quote_until_the_booking_is_submitted(service: RoomsUnderTest) -> None:
    quote = quoted(service)
    service.hold("BK-A", quote_id=quote.quote_id, price_only=True)
    service.unit_of_work.moment = START + timedelta(hours=3)

    assert service.hold("BK-A", quote_id=quote.quote_id).price == quote.price
    assert service.refusal(service.holding("BK-B", quote_id=quote.quote_id)).code == "UNKNOWN_QUOTE"


def test_a_quote_of_another_stay_is_refused(service: RoomsUnderTest) -> None:
    quote = quoted(service)

    assert service.refusal(service.holding("BK-A", 0, 3, quote_id=quote.quote_id)).code == "UNKNOWN_QUOTE"
    assert service.refusal(service.holding("BK-A", room_type="STE", quote_id=quote.quote_id)).code == "UNKNOWN_QUOTE"
    assert service.refusal(service.holding("BK-A", quote_id="Q-none")).code == "UNKNOWN_QUOTE"


def test_a_repetition_while_the_first_request_with_the_key_runs_is_refused(
    service: RoomsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    around: dict[str, Any] = {"idempotency_key": f"quote/{service.hotel}", "fingerprint": "f"}
    meanwhile: list[Refusal] = []

    def asked_again(*args: Any, **values: Any) -> Offer:
        monkeypatch.undo()
        with ThreadPoolExecutor(1) as pool:
            meanwhile.append(pool.submit(service.refusal, quoting(service), **around).result(10))
        return offer_for(*args, **values)

    monkeypatch.setattr(quotes, "offer_for", asked_again)
    first = service.ask(quoting(service), **around)

    assert [refusal.code for refusal in meanwhile] == ["IDEMPOTENCY_IN_PROGRESS"]
    assert service.ask(quoting(service), **around) == first
    assert len(service.rows("SELECT * FROM quote WHERE hotel = :hotel", hotel=service.hotel)) == 1


def test_a_repeated_request_with_the_same_key_gets_the_same_quote(service: RoomsUnderTest) -> None:
    key = f"quote/{service.hotel}"
    first = service.ask(quoting(service), idempotency_key=key, fingerprint="f")

    assert service.ask(quoting(service), idempotency_key=key, fingerprint="f") == first
    assert service.ask(quoting(service), idempotency_key=f"another {key}", fingerprint="f") != first
    assert len(service.rows("SELECT * FROM quote WHERE hotel = :hotel", hotel=service.hotel)) == 2

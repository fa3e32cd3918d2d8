"""The HTTP client and the reading of Stripe's answers."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import stripe

from contracts.values import Money
from services.payments.domain.payment import RefundStatus
from services.payments.stripe_gateway.cards import StripeCards
from services.payments.stripe_gateway.http import PooledHttpClient

CHARGE = {
    "id": "ch_1", "paid": True, "amount": 100, "currency": "eur", "amount_captured": 100, "created": 1,
    "disputed": False, "payment_method_details": None,
}  # fmt: skip
INTENT = {
    "id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 100, "amount_received": 100,
    "currency": "eur", "metadata": {},
}  # fmt: skip


class Answers(stripe.HTTPClient):
    """Answers by path, without a network; `urls` are the requested ones."""

    name = "answers"

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__()
        self._answers = answers
        self.urls: list[str] = []

    def request(self, method: str, url: str, *_: Any, **__: Any) -> tuple[str, int, Mapping[str, str]]:
        self.urls.append(url.removeprefix(stripe.DEFAULT_API_BASE))
        return json.dumps(self._answers[self.urls[-1].partition("?")[0]]), 200, {}

    def close(self) -> None:
        """Do nothing; the library requires the method."""


def refund(number: int) -> dict[str, Any]:
    return {"id": f"re_{number}", "amount": 1, "currency": "eur", "status": "succeeded", "metadata": None}


def charge(*refunds: dict[str, Any], has_more: bool = False) -> dict[str, Any]:
    return {**CHARGE, "refunds": {"data": list(refunds), "has_more": has_more}}


def test_an_intent_is_read_with_its_charge_and_refunds_by_one_request() -> None:
    http = Answers({"/v1/payment_intents/pi_1": {**INTENT, "latest_charge": charge(refund(2), refund(1))}})

    intent = StripeCards("sk_test_x", http=http).intent("pi_1")

    assert [each.id for each in intent.refunds] == ["re_1", "re_2"]
    assert intent.refunds[0].amount == Money(1, "EUR")
    assert intent.refunds[0].status is RefundStatus.SUCCEEDED
    assert len(http.urls) == 1


def test_refunds_beyond_those_that_a_charge_shows_are_listed() -> None:
    http = Answers(
        {
            "/v1/payment_intents/pi_1": {**INTENT, "latest_charge": charge(refund(2), has_more=True)},
            "/v1/refunds": {"data": [refund(2), refund(1)], "has_more": False},
        }
    )

    intent = StripeCards("sk_test_x", http=http).intent("pi_1")

    assert [each.id for each in intent.refunds] == ["re_1", "re_2"]
    assert [url.partition("?")[0] for url in http.urls] == ["/v1/payment_intents/pi_1", "/v1/refunds"]


def test_an_id_from_outside_stays_one_part_of_the_path() -> None:
    http = Answers({"/v1/payment_intents/pi_1%2F..%3Fx": {**INTENT, "latest_charge": None}})

    assert StripeCards("sk_test_x", http=http).intent("pi_1/..?x").charge is None


def test_a_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "direct.example")

    assert str(PooledHttpClient("https://api.stripe.com").pool.proxy) == "http://proxy.example:3128"
    assert PooledHttpClient("https://direct.example").pool.proxy is None
    assert PooledHttpClient("http://127.0.0.1:1").pool.proxy is None


def test_the_certificate_is_checked_against_the_librarys_authorities() -> None:
    pool: Any = PooledHttpClient("https://api.stripe.com").pool

    assert pool.ca_certs == stripe.ca_bundle_path
    assert pool.cert_reqs in (None, "CERT_REQUIRED")

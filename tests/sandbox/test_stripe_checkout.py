"""Checkout Sessions: from the hosted page to an authorised intent, a refusal or an expiry."""

from __future__ import annotations

import httpx
import pytest
import stripe

from sandbox.stripe.cards import DECLINED, INSUFFICIENT, SUCCESS
from sandbox.stripe.clock import DAY
from sandbox.stripe.fixture import StripeFixture, line_item, official_client


def test_a_new_session_is_open_and_has_no_intent_yet(fixture: StripeFixture) -> None:
    session = fixture.session()

    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert (session.amount_total, session.currency) == (15000, "eur")
    assert session.payment_intent is None
    assert session.url == f"{fixture.stand_in.url}/c/pay/{session.id}"


def test_paying_a_manual_capture_session_holds_the_money_and_leaves_it_unpaid(fixture: StripeFixture) -> None:
    session = fixture.session()

    fixture.stand_in.pay(session.id)

    paid = fixture.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.payment_status) == ("complete", "unpaid")
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert paid.payment_intent.status == "requires_capture"
    assert paid.payment_intent.amount_capturable == 15000
    assert isinstance(paid.payment_intent.latest_charge, stripe.Charge)
    assert paid.payment_intent.latest_charge.captured is False
    assert paid.payment_intent.metadata["booking_id"] == "booking-1"


def test_paying_sends_signed_events_in_order(fixture: StripeFixture) -> None:
    session = fixture.session()

    fixture.stand_in.pay(session.id)

    completed = fixture.receiver.wait_for("checkout.session.completed")
    assert completed.data.object["id"] == session.id
    assert completed.api_version == "2026-10-28.endive"
    assert fixture.receiver.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "checkout.session.completed",
    ]


def test_the_page_shows_what_is_paid_for_and_escapes_it(fixture: StripeFixture) -> None:
    item = line_item()
    item["price_data"]["product_data"]["name"] = "Room <script>"
    session = fixture.session(line_items=[item])

    page = httpx.get(session.url or "")

    assert page.status_code == 200
    assert "150.00 EUR" in page.text
    assert "Room &lt;script&gt;" in page.text
    assert "https://hotel.example/cancelled" in page.text


def test_a_good_card_on_the_page_sends_the_payer_to_the_success_url(fixture: StripeFixture) -> None:
    session = fixture.session()

    answer = httpx.post(session.url or "", data={"card": SUCCESS.number})

    assert answer.status_code == 303
    target = answer.headers["location"]
    assert target == f"https://hotel.example/paid?session_id={session.id}"


@pytest.mark.parametrize("card", [DECLINED, INSUFFICIENT])
def test_a_refused_card_on_the_page_is_shown_and_may_be_tried_again(fixture: StripeFixture, card: type) -> None:
    session = fixture.session()

    refused = httpx.post(session.url or "", data={"card": card.number})  # type: ignore[attr-defined]
    second = httpx.post(session.url or "", data={"card": SUCCESS.number})

    assert refused.status_code == 402
    assert card.message in refused.text  # type: ignore[attr-defined]
    assert second.status_code == 303
    failed = fixture.receiver.wait_for("payment_intent.payment_failed")
    held = fixture.receiver.wait_for("payment_intent.amount_capturable_updated")
    assert failed.data.object["last_payment_error"]["decline_code"] == card.decline_code  # type: ignore[attr-defined]
    assert failed.data.object["id"] == held.data.object["id"]


def test_a_page_that_is_over_says_so(fixture: StripeFixture) -> None:
    complete, expired = fixture.session(), fixture.session()
    fixture.stand_in.pay(complete.id)
    fixture.client.v1.checkout.sessions.expire(expired.id)

    assert httpx.get(complete.url or "").status_code == 200
    assert httpx.post(expired.url or "", data={"card": SUCCESS.number}).status_code == 410
    assert httpx.get(f"{fixture.stand_in.url}/c/pay/cs_unknown").status_code == 404
    assert len(fixture.stand_in.journal()) == 1


def test_a_session_expires_when_the_clock_reaches_its_hour(fixture: StripeFixture) -> None:
    session = fixture.session(expires_at=fixture.stand_in.now() + 3600)

    fixture.stand_in.advance(3599 - 5)
    still = fixture.client.v1.checkout.sessions.retrieve(session.id)
    fixture.stand_in.advance(6)

    assert still.status == "open"
    assert fixture.client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    expired = fixture.receiver.wait_for("checkout.session.expired")
    assert expired.created == session.expires_at
    assert expired.request is not None
    assert expired.request.id is None


@pytest.mark.parametrize("seconds", [29 * 60, DAY + 60])
def test_a_session_lives_between_half_an_hour_and_a_day(fixture: StripeFixture, seconds: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        fixture.session(expires_at=fixture.stand_in.now() + seconds)

    assert refused.value.param == "expires_at"


def test_a_completed_session_cannot_be_expired(fixture: StripeFixture) -> None:
    session = fixture.session()
    fixture.stand_in.pay(session.id)

    with pytest.raises(stripe.InvalidRequestError, match="status of 'complete'"):
        fixture.client.v1.checkout.sessions.expire(session.id)


def test_the_intent_of_an_open_session_cannot_be_cancelled_but_ends_with_it(fixture: StripeFixture) -> None:
    session = fixture.session()
    httpx.post(session.url or "", data={"card": DECLINED.number})
    intent_id = fixture.receiver.wait_for("payment_intent.payment_failed").data.object["id"]

    with pytest.raises(stripe.InvalidRequestError, match="Expire the Checkout Session"):
        fixture.client.v1.payment_intents.cancel(intent_id)
    fixture.client.v1.checkout.sessions.expire(session.id)

    assert fixture.client.v1.payment_intents.retrieve(intent_id).status == "canceled"


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (line_item(49, "eur"), "amount_too_small"),
        (line_item(100_000_000, "eur"), "amount_too_large"),
        (line_item(15000, "EUR"), None),
        (line_item(15001, "kwd"), None),
        (line_item(15050, "isk"), None),
    ],
)
def test_amounts_the_currency_cannot_be_charged_in_are_refused(
    fixture: StripeFixture, item: dict[str, object], code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        fixture.session(line_items=[item])

    assert refused.value.code == code


def test_a_currency_without_decimals_is_shown_without_them(fixture: StripeFixture) -> None:
    session = fixture.session(line_items=[line_item(15000, "jpy")])

    assert "15000 JPY" in httpx.get(session.url or "").text


def test_sessions_are_listed_newest_first_and_by_cursor(fixture: StripeFixture) -> None:
    first, second, third = (fixture.session() for _ in range(3))

    page = fixture.client.v1.checkout.sessions.list({"limit": 2})
    rest = fixture.client.v1.checkout.sessions.list({"limit": 2, "starting_after": second.id})

    assert [session.id for session in page.data] == [third.id, second.id]
    assert page.has_more
    assert [session.id for session in rest.data] == [first.id]
    assert not rest.has_more


def test_a_session_is_found_by_its_intent(fixture: StripeFixture) -> None:
    fixture.session()
    session = fixture.session()
    intent = fixture.stand_in.pay(session.id)["payment_intent"]

    sessions = fixture.client.v1.checkout.sessions.list({"payment_intent": intent["id"]})

    assert [listed.id for listed in sessions.data] == [session.id]


def test_an_unknown_session_is_not_found(fixture: StripeFixture) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        fixture.client.v1.checkout.sessions.retrieve("cs_test_unknown")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_a_request_with_another_key_is_refused(fixture: StripeFixture) -> None:
    stranger = stripe.StripeClient("sk_test_other", base_addresses={"api": fixture.stand_in.url})

    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.checkout.sessions.list()
    assert official_client(fixture.stand_in.url).v1.checkout.sessions.list().data == []

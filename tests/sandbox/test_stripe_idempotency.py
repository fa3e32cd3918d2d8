"""Idempotency keys: one key, one set of parameters, one answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import stripe

from sandbox.stripe.clock import DAY
from sandbox.stripe.fixture import StripeFixture, official_client
from sandbox.stripe.webhook_receiver import wait_until

KEY = {"idempotency_key": "payment-1:capture:1"}
CAPTURE = r"/capture$"


def post(fixture: StripeFixture, path: str, **params: object) -> httpx.Response:
    headers = {"Authorization": "Bearer sk_test_fixture", "Idempotency-Key": "raw-1"}
    return httpx.post(f"{fixture.stand_in.url}{path}", data=params, headers=headers)


def test_the_same_key_and_parameters_get_the_first_answer_again(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    path = f"/v1/payment_intents/{held['id']}/capture"

    first = post(fixture, path, amount_to_capture=5000)
    second = post(fixture, path, amount_to_capture=5000)

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.content == first.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Original-Request"] == first.headers["Request-Id"]
    assert second.headers["Request-Id"] != first.headers["Request-Id"]
    assert first.headers["Idempotency-Key"] == "raw-1"
    captures = [e for e in fixture.stand_in.journal() if e["movement"] == "capture"]
    assert len(captures) == 1


def test_without_a_key_the_work_is_attempted_again(fixture: StripeFixture) -> None:
    intent = fixture.captured()

    for _ in range(2):
        fixture.client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})

    refunds = [e for e in fixture.stand_in.journal() if e["movement"] == "refund"]
    assert len(refunds) == 2


def test_the_same_key_with_other_parameters_is_an_error(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    capture = fixture.client.v1.payment_intents.capture
    capture(held["id"], {"amount_to_capture": 5000}, KEY)  # type: ignore[arg-type]

    with pytest.raises(stripe.IdempotencyError) as refused:
        capture(held["id"], {"amount_to_capture": 6000}, KEY)  # type: ignore[arg-type]

    assert refused.value.http_status == 400


def test_a_refusal_made_while_working_is_stored(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    refunds = fixture.client.v1.refunds
    params = {"payment_intent": held["id"]}
    with pytest.raises(stripe.InvalidRequestError):
        refunds.create(params, KEY)  # type: ignore[arg-type]
    fixture.client.v1.payment_intents.capture(held["id"])

    with pytest.raises(stripe.InvalidRequestError):
        refunds.create(params, KEY)  # type: ignore[arg-type]

    assert fixture.stand_in.requests()[-1]["replayed"]


def test_a_refusal_made_before_working_is_not_stored(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    capture = fixture.client.v1.payment_intents.capture
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        capture(held["id"], {"amount": 5000}, KEY)  # type: ignore[arg-type]

    intent = capture(held["id"], {"amount_to_capture": 5000}, KEY)  # type: ignore[arg-type]

    assert intent.amount_received == 5000


def test_a_stored_server_error_is_replayed_and_a_new_key_does_the_work(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    fixture.stand_in.fault("fail_before", path=CAPTURE, status=500)
    capture = fixture.client.v1.payment_intents.capture

    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            capture(held["id"], None, KEY)  # type: ignore[arg-type]
        assert failed.value.http_status == 500
        assert failed.value.headers is not None
        assert failed.value.headers["stripe-should-retry"] == "false"
    still_held = fixture.client.v1.payment_intents.retrieve(held["id"])
    captured = capture(held["id"], None, {"idempotency_key": "payment-1:capture:2"})

    assert still_held.status == "requires_capture"
    assert captured.status == "succeeded"


def test_a_key_in_use_is_a_conflict(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    fixture.stand_in.fault("delay", path=CAPTURE, seconds=0.4)
    capture = fixture.client.v1.payment_intents.capture

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(capture, held["id"], None, KEY)  # type: ignore[arg-type]
        wait_until(lambda: fixture.stand_in.requests()[-1]["faults"] == ["delay"], what="a slow request")
        with pytest.raises(stripe.APIError) as conflict:
            capture(held["id"], None, KEY)  # type: ignore[arg-type]
        first = slow.result()
    again = capture(held["id"], None, KEY)  # type: ignore[arg-type]

    assert conflict.value.error is not None
    assert conflict.value.http_status == 409
    assert conflict.value.error.code == "idempotency_key_in_use"
    assert conflict.value.headers is not None
    assert conflict.value.headers["stripe-should-retry"] == "true"
    assert first.status == again.status == "succeeded"


def test_a_key_is_forgotten_after_a_day_of_its_clock(fixture: StripeFixture) -> None:
    intent = fixture.captured()
    refund = {"payment_intent": intent.id, "amount": 100}
    create = fixture.client.v1.refunds.create
    first = create(refund, KEY)  # type: ignore[arg-type]

    fixture.stand_in.advance(DAY - 60)
    same_day = create(refund, KEY)  # type: ignore[arg-type]
    fixture.stand_in.advance(61)
    next_day = create(refund, KEY)  # type: ignore[arg-type]

    assert first.id == same_day.id
    assert next_day.id != first.id


def test_the_official_client_survives_a_lost_answer_by_itself(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    fixture.stand_in.fault("fail_after", path=CAPTURE, drop=True)
    patient = official_client(fixture.stand_in.url, max_network_retries=2)

    intent = patient.v1.payment_intents.capture(held["id"])

    assert intent.status == "succeeded"
    captures = [e for e in fixture.stand_in.journal() if e["movement"] == "capture"]
    assert len(captures) == 1

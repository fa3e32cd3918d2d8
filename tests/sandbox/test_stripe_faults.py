"""Faults: every knob of the control does what it says, to the requests it names and no others."""

from __future__ import annotations

import time

import httpx
import pytest
import stripe

from sandbox.stripe.fixture import StripeFixture

CAPTURE = r"/capture$"


def captures(fixture: StripeFixture) -> int:
    return sum(entry["movement"] == "capture" for entry in fixture.stand_in.journal())


def test_fail_before_does_not_do_the_work(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    fixture.stand_in.fault("fail_before", path=CAPTURE, status=503)

    with pytest.raises(stripe.APIError) as failed:
        fixture.client.v1.payment_intents.capture(held["id"])

    assert failed.value.http_status == 503
    assert captures(fixture) == 0


def test_fail_after_does_the_work_and_answers_an_error(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    fixture.stand_in.fault("fail_after", path=CAPTURE)

    with pytest.raises(stripe.APIError):
        fixture.client.v1.payment_intents.capture(held["id"])

    assert captures(fixture) == 1


def test_fail_after_stores_the_ordered_answer_under_the_key(fixture: StripeFixture) -> None:
    key = {"idempotency_key": "k"}
    outcomes: dict[str, str] = {}
    for store in ("fault", "answer"):
        fixture.reset()
        held = fixture.authorised()
        fixture.stand_in.fault("fail_after", path=CAPTURE, store=store)
        with pytest.raises(stripe.APIError):
            fixture.client.v1.payment_intents.capture(held["id"], None, key)  # type: ignore[arg-type]
        try:
            again = fixture.client.v1.payment_intents.capture(held["id"], None, key)  # type: ignore[arg-type]
            outcomes[store] = again.status
        except stripe.APIError as failed:
            outcomes[store] = str(failed.http_status)

    assert outcomes == {"fault": "500", "answer": "succeeded"}


@pytest.mark.parametrize(("kind", "done"), [("fail_before", 0), ("fail_after", 1)])
def test_a_connection_can_be_dropped_before_or_after_the_work(fixture: StripeFixture, kind: str, done: int) -> None:
    held = fixture.authorised()
    fixture.stand_in.fault(kind, path=CAPTURE, drop=True)

    with pytest.raises(stripe.APIConnectionError):
        fixture.client.v1.payment_intents.capture(held["id"])

    assert captures(fixture) == done
    assert fixture.stand_in.requests()[-1]["dropped"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_delay_holds_the_answer_back(fixture: StripeFixture, when: str) -> None:
    fixture.stand_in.fault("delay", path="^/v1/refunds$", method="GET", seconds=0.2, when=when)
    started = time.monotonic()

    fixture.client.v1.refunds.list()

    assert time.monotonic() - started >= 0.2


def test_a_fault_strikes_only_as_often_and_where_it_is_told(fixture: StripeFixture) -> None:
    held, other = fixture.authorised(), fixture.authorised()
    fixture.stand_in.fault("fail_before", method="GET", path=held["id"], times=2)
    read = fixture.client.v1.payment_intents.retrieve

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            read(held["id"])

    assert read(other["id"]).status == read(held["id"]).status == "requires_capture"
    assert [(fault["left"], fault["struck"]) for fault in fixture.stand_in.faults()] == [(0, 2)]


def test_a_fault_can_pick_requests_by_what_they_say(fixture: StripeFixture) -> None:
    intent = fixture.captured()
    fixture.stand_in.fault("fail_before", path="^/v1/refunds$", contains="metadata[refund_id]=r-2", times=9)
    create = fixture.client.v1.refunds.create

    create({"payment_intent": intent.id, "amount": 1, "metadata": {"refund_id": "r-1"}})
    with pytest.raises(stripe.APIError):
        create({"payment_intent": intent.id, "amount": 1, "metadata": {"refund_id": "r-2"}})


def test_a_lasting_fault_lasts_until_it_is_lifted(fixture: StripeFixture) -> None:
    fixture.stand_in.fault("fail_before", path="^/v1/", times=None, status=429)

    for _ in range(3):
        with pytest.raises(stripe.RateLimitError):
            fixture.client.v1.refunds.list()
    fixture.stand_in.lift_faults()

    assert fixture.client.v1.refunds.list().data == []


def test_a_declined_capture_leaves_the_hold_and_may_succeed_later(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    fixture.stand_in.fault("decline", code="card_declined", decline_code="do_not_honor")

    with pytest.raises(stripe.CardError) as refused:
        fixture.client.v1.payment_intents.capture(held["id"])
    later = fixture.client.v1.payment_intents.capture(held["id"])

    assert refused.value.error is not None
    assert refused.value.error.decline_code == "do_not_honor"
    assert later.status == "succeeded"


def test_a_capture_declined_for_good_can_only_be_cancelled(fixture: StripeFixture) -> None:
    held, other = fixture.authorised(), fixture.authorised()
    fixture.stand_in.fault("decline", for_good=True)
    capture = fixture.client.v1.payment_intents.capture

    for _ in range(3):
        with pytest.raises(stripe.CardError):
            capture(held["id"])

    assert capture(other["id"]).status == "succeeded"
    assert fixture.client.v1.payment_intents.cancel(held["id"]).status == "canceled"


@pytest.mark.parametrize("ends", ["succeeded", "failed"])
def test_a_refund_can_be_left_pending_and_settled_later(fixture: StripeFixture, ends: str) -> None:
    intent = fixture.captured()
    fixture.stand_in.fault("refund", starts="pending")
    refund = fixture.client.v1.refunds.create({"payment_intent": intent.id, "amount": 5000})

    fixture.stand_in.settle_refund(refund.id, ends)

    assert refund.status == "pending"
    assert fixture.client.v1.refunds.retrieve(refund.id).status == ends
    updated = fixture.receiver.wait_for("refund.updated")
    assert updated.data.previous_attributes is not None
    assert updated.data.previous_attributes["status"] == "pending"


def test_a_refund_that_fails_brings_the_money_back_to_the_hotel(fixture: StripeFixture) -> None:
    intent = fixture.captured()
    fixture.stand_in.fault("refund", starts="pending", ends="failed", after=3600)
    refund = fixture.client.v1.refunds.create({"payment_intent": intent.id})

    fixture.stand_in.advance(3601)

    failed = fixture.receiver.wait_for("refund.failed")
    assert failed.data.object["failure_reason"] == "lost_or_stolen_card"
    assert fixture.client.v1.charges.retrieve(str(intent.latest_charge)).amount_refunded == 0
    movements = [entry["movement"] for entry in fixture.stand_in.journal()]
    assert movements == ["authorise", "capture", "refund", "refund_failed"]
    assert fixture.client.v1.refunds.create({"payment_intent": intent.id}).id != refund.id


def test_requests_are_logged_with_their_keys(fixture: StripeFixture) -> None:
    fixture.session(metadata={"booking_id": "b-9"})

    logged = fixture.stand_in.requests()[-1]

    assert (logged["method"], logged["path"]) == ("POST", "/v1/checkout/sessions")
    assert logged["params"]["metadata"] == {"booking_id": "b-9"}
    assert logged["idempotency_key"]
    assert logged["status"] == 200


def test_a_reset_forgets_everything(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    fixture.stand_in.fault("fail_before", path="^/v1/", times=None)
    fixture.stand_in.advance(100)

    fixture.stand_in.reset()

    assert fixture.stand_in.journal() == []
    assert abs(fixture.stand_in.now() - time.time()) < 2
    with pytest.raises(stripe.InvalidRequestError):
        fixture.client.v1.payment_intents.retrieve(held["id"])


def test_the_control_explains_itself_and_refuses_what_it_does_not_know(fixture: StripeFixture) -> None:
    control = f"{fixture.stand_in.url}/_control"

    assert "/_control/journal" in httpx.get(control).text
    for path, body in (
        ("/faults", {"kind": "explode"}),
        ("/faults", {"kind": "fail_before", "path": "^/", "store": "answer"}),
        ("/faults", {"kind": "fail_before", "path": "("}),
        ("/webhooks", {"order": "sideways"}),
        ("/clock/advance", {"seconds": -1}),
        ("/disputes", {}),
    ):
        assert httpx.post(control + path, json=body).status_code == 422, (path, body)

"""Faults: every knob of the control does what it says, to the requests it names and no others."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
import stripe

from sandbox.stripe.scene import Scene

CAPTURE = r"/capture$"


@pytest.fixture(scope="module")
def running() -> Iterator[Scene]:
    with Scene.set() as scene:
        yield scene


@pytest.fixture
def scene(running: Scene) -> Scene:
    return running.fresh()


def captures(scene: Scene) -> int:
    return sum(entry["movement"] == "capture" for entry in scene.stand_in.journal())


def test_fail_before_does_not_do_the_work(scene: Scene) -> None:
    held = scene.authorised()
    scene.stand_in.fault("fail_before", path=CAPTURE, status=503)

    with pytest.raises(stripe.APIError) as failed:
        scene.client.v1.payment_intents.capture(held["id"])

    assert failed.value.http_status == 503
    assert captures(scene) == 0


def test_fail_after_does_the_work_and_answers_an_error(scene: Scene) -> None:
    held = scene.authorised()
    scene.stand_in.fault("fail_after", path=CAPTURE)

    with pytest.raises(stripe.APIError):
        scene.client.v1.payment_intents.capture(held["id"])

    assert captures(scene) == 1


def test_fail_after_keeps_what_it_is_told_to_under_the_key(scene: Scene) -> None:
    key = {"idempotency_key": "k"}
    outcomes: dict[str, str] = {}
    for store in ("fault", "answer"):
        scene.fresh()
        held = scene.authorised()
        scene.stand_in.fault("fail_after", path=CAPTURE, store=store)
        with pytest.raises(stripe.APIError):
            scene.client.v1.payment_intents.capture(held["id"], None, key)  # type: ignore[arg-type]
        try:
            again = scene.client.v1.payment_intents.capture(held["id"], None, key)  # type: ignore[arg-type]
            outcomes[store] = again.status
        except stripe.APIError as failed:
            outcomes[store] = str(failed.http_status)

    assert outcomes == {"fault": "500", "answer": "succeeded"}


@pytest.mark.parametrize(("kind", "done"), [("fail_before", 0), ("fail_after", 1)])
def test_a_connection_can_be_dropped_before_or_after_the_work(scene: Scene, kind: str, done: int) -> None:
    held = scene.authorised()
    scene.stand_in.fault(kind, path=CAPTURE, drop=True)

    with pytest.raises(stripe.APIConnectionError):
        scene.client.v1.payment_intents.capture(held["id"])

    assert captures(scene) == done
    assert scene.stand_in.requests()[-1]["dropped"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_delay_holds_the_answer_back(scene: Scene, when: str) -> None:
    scene.stand_in.fault("delay", path="^/v1/refunds$", method="GET", seconds=0.2, when=when)
    started = time.monotonic()

    scene.client.v1.refunds.list()

    assert time.monotonic() - started >= 0.2


def test_a_fault_strikes_only_as_often_and_where_it_is_told(scene: Scene) -> None:
    held, other = scene.authorised(), scene.authorised()
    scene.stand_in.fault("fail_before", method="GET", path=held["id"], times=2)
    read = scene.client.v1.payment_intents.retrieve

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            read(held["id"])

    assert read(other["id"]).status == read(held["id"]).status == "requires_capture"
    assert [(fault["left"], fault["struck"]) for fault in scene.stand_in.faults()] == [(0, 2)]


def test_a_fault_can_pick_requests_by_what_they_say(scene: Scene) -> None:
    intent = scene.captured()
    scene.stand_in.fault("fail_before", path="^/v1/refunds$", contains="metadata[refund_id]=r-2", times=9)
    create = scene.client.v1.refunds.create

    create({"payment_intent": intent.id, "amount": 1, "metadata": {"refund_id": "r-1"}})
    with pytest.raises(stripe.APIError):
        create({"payment_intent": intent.id, "amount": 1, "metadata": {"refund_id": "r-2"}})


def test_a_lasting_fault_lasts_until_it_is_lifted(scene: Scene) -> None:
    scene.stand_in.fault("fail_before", path="^/v1/", times=None, status=429)

    for _ in range(3):
        with pytest.raises(stripe.RateLimitError):
            scene.client.v1.refunds.list()
    scene.stand_in.lift_faults()

    assert scene.client.v1.refunds.list().data == []


def test_a_declined_capture_leaves_the_hold_and_may_succeed_later(scene: Scene) -> None:
    held = scene.authorised()
    scene.stand_in.fault("decline", code="card_declined", decline_code="do_not_honor")

    with pytest.raises(stripe.CardError) as refused:
        scene.client.v1.payment_intents.capture(held["id"])
    later = scene.client.v1.payment_intents.capture(held["id"])

    assert refused.value.error is not None
    assert refused.value.error.decline_code == "do_not_honor"
    assert later.status == "succeeded"


def test_a_capture_declined_for_good_can_only_be_cancelled(scene: Scene) -> None:
    held, other = scene.authorised(), scene.authorised()
    scene.stand_in.fault("decline", for_good=True)
    capture = scene.client.v1.payment_intents.capture

    for _ in range(3):
        with pytest.raises(stripe.CardError):
            capture(held["id"])

    assert capture(other["id"]).status == "succeeded"
    assert scene.client.v1.payment_intents.cancel(held["id"]).status == "canceled"


@pytest.mark.parametrize("ends", ["succeeded", "failed"])
def test_a_refund_can_be_left_pending_and_settled_later(scene: Scene, ends: str) -> None:
    intent = scene.captured()
    scene.stand_in.fault("refund", starts="pending")
    refund = scene.client.v1.refunds.create({"payment_intent": intent.id, "amount": 5000})

    scene.stand_in.settle_refund(refund.id, ends)

    assert refund.status == "pending"
    assert scene.client.v1.refunds.retrieve(refund.id).status == ends
    updated = scene.inbox.wait_for("refund.updated")
    assert updated.data.previous_attributes is not None
    assert updated.data.previous_attributes["status"] == "pending"


def test_a_refund_that_fails_brings_the_money_back_to_the_hotel(scene: Scene) -> None:
    intent = scene.captured()
    scene.stand_in.fault("refund", starts="pending", ends="failed", after=3600)
    refund = scene.client.v1.refunds.create({"payment_intent": intent.id})

    scene.stand_in.advance(3601)

    failed = scene.inbox.wait_for("refund.failed")
    assert failed.data.object["failure_reason"] == "lost_or_stolen_card"
    assert scene.client.v1.charges.retrieve(str(intent.latest_charge)).amount_refunded == 0
    movements = [entry["movement"] for entry in scene.stand_in.journal()]
    assert movements == ["authorise", "capture", "refund", "refund_failed"]
    assert scene.client.v1.refunds.create({"payment_intent": intent.id}).id != refund.id


def test_requests_are_logged_with_their_keys(scene: Scene) -> None:
    scene.session(metadata={"booking_id": "b-9"})

    logged = scene.stand_in.requests()[-1]

    assert (logged["method"], logged["path"]) == ("POST", "/v1/checkout/sessions")
    assert logged["params"]["metadata"] == {"booking_id": "b-9"}
    assert logged["idempotency_key"]
    assert logged["status"] == 200


def test_a_reset_forgets_everything(scene: Scene) -> None:
    held = scene.authorised()
    scene.stand_in.fault("fail_before", path="^/v1/", times=None)
    scene.stand_in.advance(100)

    scene.stand_in.reset()

    assert scene.stand_in.journal() == []
    assert abs(scene.stand_in.now() - time.time()) < 2
    with pytest.raises(stripe.InvalidRequestError):
        scene.client.v1.payment_intents.retrieve(held["id"])


def test_the_control_explains_itself_and_refuses_what_it_does_not_know(scene: Scene) -> None:
    control = f"{scene.stand_in.url}/_control"

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

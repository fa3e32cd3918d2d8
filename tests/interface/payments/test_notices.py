"""Notices: only the provider's own, stored before they are answered, applied in any order and any number."""

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from chassis.refusal import Refusal
from tests.interface.payments.conftest import SECRET
from tests.interface.payments.house import House, wait_for


def signed(payload: str, secret: str = SECRET, at: float | None = None) -> str:
    header: str = stripe.WebhookSignature.generate_signature_header(payload, secret, int(at or time.time()))
    return header


def event(**overrides: Any) -> str:
    about = {"id": "pi_x", "object": "payment_intent", "metadata": {}}
    usual = {
        "id": "evt_x",
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": 1,
        "data": {"object": about},
    }
    return json.dumps({**usual, **overrides})


def stored(house: House) -> list[tuple[str, str]]:
    rows = house.sql("SELECT event_id, outcome FROM webhook ORDER BY received_at")
    return [(row["event_id"], row["outcome"]) for row in rows]


def test_a_notice_is_stored_once(house: House) -> None:
    body = event(type="payment_intent.created")

    first = house.notice(body, signed(body))
    second = house.notice(body, signed(body))

    assert (first.already_processed, second.already_processed) == (False, True)
    assert stored(house) == [("evt_x", "IGNORED")]
    assert house.sql("SELECT * FROM job") == []


def test_a_notice_that_comes_many_times_at_once_is_stored_once(house: House) -> None:
    body = event()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: house.notice(body, signed(body)), range(8)))

    assert sorted(answer.already_processed for answer in answers) == [False] + [True] * 7
    assert house.sql("SELECT count(*) AS owed FROM job WHERE kind = 'ApplyWebhook'") == [{"owed": 1}]


def test_every_active_secret_is_accepted(house: House) -> None:
    for number, secret in enumerate((SECRET, "whsec_retired")):
        body = event(id=f"evt_{number}")

        assert not house.notice(body, signed(body, secret)).already_processed


@pytest.mark.parametrize(
    "signature",
    ["", "garbage", "t=,v1=", "t=1", "v1=abc", "t=x,v1=y", "t=1,v1=é", "=", ",", "t=99999999999999999999,v1=0"],
)
def test_a_mangled_signature_is_refused(house: House, signature: str) -> None:
    assert refused(house, event(), signature)
    assert stored(house) == []


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "null", "not json", '{"object": "event"}', '{"object":"event","id":1}']
)
def test_a_signed_body_that_is_no_event_is_refused(house: House, body: str) -> None:
    assert refused(house, body, signed(body))


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "evt_\u0000"},
        {"id": "evt_\ud800"},
        {"created": 10**18},
        {"created": -(10**15)},
        {"created": "soon"},
        {"data": {"object": {"id": "pi_\u0000", "object": "payment_intent", "metadata": {}}}},
    ],
    ids=["nul", "surrogate", "far future", "far past", "no number", "nul inside"],
)
def test_a_signed_body_with_values_that_cannot_be_kept_is_refused(house: House, odd: dict[str, Any]) -> None:
    body = event(**odd)

    assert refused(house, body, signed(body))


def test_a_stale_or_foreign_signature_is_refused(house: House) -> None:
    body = event()

    assert refused(house, body, signed(body, at=time.time() - 301))
    assert refused(house, body, signed(body, "whsec_somebody_else"))
    assert refused(house, body.replace("pi_x", "pi_y"), signed(body))
    assert not house.notice(body, signed(body)).already_processed


def test_no_mutation_of_a_signed_notice_is_accepted(house: House) -> None:
    dice = random.Random(20260601)
    body = event()
    signature = signed(body)
    assert not house.notice(body, signature).already_processed

    accepted = 0
    for _ in range(1000):
        broken = [body, signature]
        which = dice.randrange(2)
        at = dice.randrange(len(broken[which]))
        letter = chr(dice.choice([*range(32, 127), 0xE9, 0x1F600]))
        if letter == broken[which][at]:
            continue
        broken[which] = broken[which][:at] + letter + broken[which][at + 1 :]
        accepted += not refused(house, *broken)

    assert accepted == 0
    assert stored(house) == [("evt_x", "STORED")]


@pytest.mark.parametrize("order", ["reverse", "shuffle"])
def test_reordered_and_duplicated_notices_end_in_the_same_state(house: House, order: str) -> None:
    booking_id = house.book()
    house.stripe.webhooks(paused=True, copies=3, order=order, seed=7)
    house.stripe.pay(house.open(booking_id).session_id)
    house.stripe.webhooks(paused=False)
    house.settle()
    house.stripe.webhooks(paused=True)
    house.approve(booking_id)
    house.run()
    house.cancel(booking_id, fee=5000)
    house.run()
    house.stripe.webhooks(paused=False)
    house.settle()

    assert house.status(booking_id) == "PARTIALLY_REFUNDED"
    assert house.events(booking_id) == [
        "PaymentSessionOpened",
        "PaymentAuthorized",
        "PaymentCaptured",
        "PaymentRefunded",
    ]
    assert house.ledger(booking_id) == house.journal(booking_id)
    assert {outcome for _, outcome in stored(house)} == {"APPLIED", "IGNORED"}


def test_the_intents_notice_alone_authorises(house: House) -> None:
    booking_id = house.book()
    house.stripe.drop_events("checkout", times=None)
    house.stripe.pay(house.open(booking_id).session_id)

    house.settle()

    assert house.status(booking_id) == "AUTHORIZED"


def test_a_lost_notice_is_made_up_for_by_verifying(house: House) -> None:
    booking_id = house.book()
    session = house.open(booking_id)
    house.stripe.drop_events(times=None)
    house.stripe.pay(session.session_id)

    verified = house.verify(booking_id, session.session_id)

    assert (verified.payment_status, verified.amount_total) == ("AUTHORIZED", session.amount)
    assert house.events(booking_id) == ["PaymentSessionOpened", "PaymentAuthorized"]


def test_verifying_changes_nothing_where_nothing_has_happened(house: House) -> None:
    booking_id = house.book()
    session = house.open(booking_id)
    before = house.payment(booking_id)

    verified = house.verify(booking_id, session.session_id)

    assert verified.payment_status == "SESSION_OPEN"
    assert house.payment(booking_id) == before
    assert house.events(booking_id) == ["PaymentSessionOpened"]


def test_another_bookings_page_cannot_be_verified(house: House) -> None:
    mine, other = house.book(), house.book()
    theirs = house.open(other).session_id

    for session_id in (theirs, "cs_unknown", ""):
        with pytest.raises(Refusal) as no:
            house.verify(mine, session_id)

        assert no.value.code == "SESSION_NOT_FOUND"


def test_a_notice_survives_a_provider_that_cannot_be_read(house: House) -> None:
    booking_id = house.book()
    house.stripe.pay(house.open(booking_id).session_id)
    house.stripe.fault("fail_before", method="GET", path="/v1/", times=3)

    house.settle()

    assert house.status(booking_id) == "AUTHORIZED"
    assert {outcome for _, outcome in stored(house)} == {"APPLIED", "IGNORED"}


def test_a_notice_about_money_that_is_not_ours_is_parked_with_the_reason(house: House) -> None:
    params: Any = {"amount": 700, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa"}
    client = stripe.StripeClient("sk_test_house", base_addresses={"api": house.stripe.url}, max_network_retries=0)
    client.v1.payment_intents.create(params)

    house.settle()

    (parked,) = house.sql("SELECT type, reason FROM webhook WHERE outcome = 'PARKED'")
    assert parked["type"] == "payment_intent.succeeded"
    assert "is not of our making" in parked["reason"]


def test_nothing_of_a_person_is_kept_of_a_notice(house: House) -> None:
    booking_id = house.book()
    house.stripe.pay(house.open(booking_id).session_id, email="planted@example.com")
    house.settle()

    kept = house.sql("SELECT to_jsonb(webhook)::text AS row FROM webhook")
    published = house.sql("SELECT data::text AS row FROM outbox")

    assert any("planted@example.com" in letter.decode() for letter, _ in house.inbox.deliveries)
    assert not any("@" in row["row"] for row in (*kept, *published))


def test_notices_come_signed_from_the_stand_in(house: House) -> None:
    booking_id = house.book()
    house.stripe.pay(house.open(booking_id).session_id)
    wait_for(lambda: "checkout.session.completed" in house.inbox.types())

    assert all(not answer.already_processed for answer in house.post())


def refused(house: House, body: str, signature: str) -> bool:
    try:
        house.notice(body, signature)
    except Refusal as refusal:
        return refusal.code == "INVALID_WEBHOOK"
    return False

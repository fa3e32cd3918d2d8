"""Capture, cancel, refund, expire, dispute: what moves, what is refused and what is journalled."""

from __future__ import annotations

import pytest
import stripe

from sandbox.stripe.clock import DAY
from sandbox.stripe.fixture import StripeFixture


def movements(fixture: StripeFixture) -> list[tuple[str, int]]:
    return [(entry["movement"], entry["amount"]) for entry in fixture.stand_in.journal()]


def test_a_full_capture_takes_everything(fixture: StripeFixture) -> None:
    held = fixture.authorised()

    intent = fixture.client.v1.payment_intents.capture(held["id"], {"expand": ["latest_charge"]})

    assert (intent.status, intent.amount_received) == ("succeeded", 15000)
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert intent.latest_charge.amount_captured == 15000
    assert movements(fixture) == [("authorise", 15000), ("capture", 15000)]
    fixture.receiver.wait_for("charge.captured")
    fixture.receiver.wait_for("payment_intent.succeeded")


def test_a_partial_capture_releases_the_rest(fixture: StripeFixture) -> None:
    held = fixture.authorised()

    intent = fixture.client.v1.payment_intents.capture(held["id"], {"amount_to_capture": 4000})

    assert (intent.amount_received, intent.amount_capturable) == (4000, 0)
    assert movements(fixture) == [("authorise", 15000), ("capture", 4000), ("release", 11000)]
    assert "charge.refunded" not in fixture.receiver.types()


def test_a_release_can_be_made_to_show_as_a_refund(fixture: StripeFixture) -> None:
    fixture.stand_in.settings(release_shows_as_refund=True)
    held = fixture.authorised()

    fixture.client.v1.payment_intents.capture(held["id"], {"amount_to_capture": 4000})

    refunded = fixture.receiver.wait_for("charge.refunded")
    assert refunded.data.object["amount_refunded"] == 11000
    assert fixture.client.v1.refunds.create({"payment_intent": held["id"]}).amount == 4000


def test_a_second_capture_is_refused(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    fixture.client.v1.payment_intents.capture(held["id"], {"amount_to_capture": 4000})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        fixture.client.v1.payment_intents.capture(held["id"], {"amount_to_capture": 4000})

    assert refused.value.code == "payment_intent_unexpected_state"
    assert len(movements(fixture)) == 3


def test_no_more_than_the_hold_can_be_captured(fixture: StripeFixture) -> None:
    held = fixture.authorised()

    with pytest.raises(stripe.InvalidRequestError, match="less than or equal"):
        fixture.client.v1.payment_intents.capture(held["id"], {"amount_to_capture": 15001})


def test_cancelling_a_hold_gives_it_back_and_looks_like_a_refund(fixture: StripeFixture) -> None:
    held = fixture.authorised()

    intent = fixture.client.v1.payment_intents.cancel(held["id"], {"cancellation_reason": "requested_by_customer"})

    assert (intent.status, intent.amount_capturable) == ("canceled", 0)
    assert intent.cancellation_reason == "requested_by_customer"
    assert movements(fixture) == [("authorise", 15000), ("void", 15000)]
    refunded = fixture.receiver.wait_for("charge.refunded")
    assert refunded.data.object["captured"] is False
    fixture.receiver.wait_for("payment_intent.canceled")
    assert fixture.client.v1.refunds.list({"payment_intent": held["id"]}).data == []


def test_a_captured_intent_cannot_be_cancelled(fixture: StripeFixture) -> None:
    intent = fixture.captured()

    with pytest.raises(stripe.InvalidRequestError, match="status of succeeded"):
        fixture.client.v1.payment_intents.cancel(intent.id)


def test_a_hold_ends_by_itself_after_seven_days(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    charge = fixture.client.v1.charges.retrieve(held["latest_charge"])
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    capture_before = charge.payment_method_details.card.capture_before

    fixture.stand_in.advance(7 * DAY + 1)

    intent = fixture.client.v1.payment_intents.retrieve(held["id"])
    assert intent.status == "canceled"
    assert movements(fixture) == [("authorise", 15000), ("expire", 15000)]
    assert fixture.receiver.wait_for("charge.expired").created == capture_before
    fixture.receiver.wait_for("payment_intent.canceled")
    with pytest.raises(stripe.InvalidRequestError):
        fixture.client.v1.payment_intents.capture(held["id"])


def test_a_captured_hold_does_not_expire(fixture: StripeFixture) -> None:
    intent = fixture.captured()

    fixture.stand_in.advance(8 * DAY)

    assert fixture.client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_refund_gives_back_what_was_asked_and_carries_its_metadata(fixture: StripeFixture) -> None:
    intent = fixture.captured()

    refund = fixture.client.v1.refunds.create(
        {
            "payment_intent": intent.id,
            "amount": 5000,
            "reason": "requested_by_customer",
            "metadata": {"refund_id": "r-1"},
        },
        {"idempotency_key": "refund-r-1"},
    )

    assert (refund.status, refund.amount, refund.charge) == (
        "succeeded",
        5000,
        intent.latest_charge,
    )
    entry = fixture.stand_in.journal(intent.id)[-1]
    assert (entry["movement"], entry["object"]) == ("refund", refund.id)
    assert entry["metadata"] == {"refund_id": "r-1"}
    assert entry["idempotency_key"] == "refund-r-1"
    refunded = fixture.receiver.wait_for("charge.refunded")
    assert (refunded.data.object["amount_refunded"], refunded.data.object["refunded"]) == (
        5000,
        False,
    )
    assert refunded.request is not None
    assert refunded.request.idempotency_key == "refund-r-1"
    fixture.receiver.wait_for("refund.created")


def test_refunds_never_exceed_what_was_captured(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    fixture.client.v1.payment_intents.capture(held["id"], {"amount_to_capture": 6000})
    fixture.client.v1.refunds.create({"payment_intent": held["id"], "amount": 4000})

    with pytest.raises(stripe.InvalidRequestError, match=r"\(20.01 EUR\) is greater"):
        fixture.client.v1.refunds.create({"payment_intent": held["id"], "amount": 2001})
    rest = fixture.client.v1.refunds.create({"payment_intent": held["id"]})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        fixture.client.v1.refunds.create({"payment_intent": held["id"]})

    assert rest.amount == 2000
    assert refused.value.code == "charge_already_refunded"
    assert fixture.client.v1.charges.retrieve(held["latest_charge"]).refunded


def test_a_hold_cannot_be_refunded(fixture: StripeFixture) -> None:
    held = fixture.authorised()

    for named in ({"payment_intent": held["id"]}, {"charge": held["latest_charge"]}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            fixture.client.v1.refunds.create(named)  # type: ignore[arg-type]
        assert refused.value.http_status == 400


def test_a_refund_needs_a_reason_stripe_knows(fixture: StripeFixture) -> None:
    intent = fixture.captured()

    with pytest.raises(stripe.InvalidRequestError, match="must be one of duplicate, fraudulent"):
        fixture.client.v1.refunds.create({"payment_intent": intent.id, "reason": "overbooked"})


def test_refunds_are_found_by_their_intent(fixture: StripeFixture) -> None:
    intent, other = fixture.captured(), fixture.captured()
    refund = fixture.client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})
    fixture.client.v1.refunds.create({"payment_intent": other.id})

    refunds = fixture.client.v1.refunds.list({"payment_intent": intent.id, "expand": ["data.charge"]})

    assert [listed.id for listed in refunds.data] == [refund.id]
    assert isinstance(refunds.data[0].charge, stripe.Charge)


@pytest.mark.parametrize(("card", "ends"), [("4000000000007726", "succeeded"), ("4000000000005126", "failed")])
def test_the_cards_for_late_refunds_behave_as_documented(fixture: StripeFixture, card: str, ends: str) -> None:
    intent = fixture.captured(card=card)

    refund = fixture.client.v1.refunds.create({"payment_intent": intent.id})

    fixture.receiver.wait_for("refund.updated")
    assert refund.status != ends
    assert fixture.client.v1.refunds.retrieve(refund.id).status == ends


def test_a_dispute_withdraws_the_money_and_winning_it_brings_it_back(fixture: StripeFixture) -> None:
    intent = fixture.captured()

    dispute = fixture.stand_in.dispute(str(intent.latest_charge), reason="product_not_received")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        fixture.client.v1.refunds.create({"payment_intent": intent.id})
    fixture.stand_in.close_dispute(dispute["id"], "won")

    created = fixture.receiver.wait_for("charge.dispute.created")
    assert created.data.object["payment_intent"] == intent.id
    assert refused.value.code == "charge_disputed"
    assert movements(fixture)[2:] == [("dispute", 15000), ("dispute_won", 15000)]
    assert fixture.client.v1.charges.retrieve(str(intent.latest_charge)).disputed


@pytest.mark.parametrize(("card", "disputed"), [("4000000000000259", 15000), ("4000000000001976", 0)])
def test_a_card_that_disputes_is_authorised_and_disputes_the_capture(
    fixture: StripeFixture, card: str, disputed: int
) -> None:
    intent = fixture.captured(card=card)

    created = fixture.receiver.wait_for("charge.dispute.created")
    assert created.data.object["payment_intent"] == intent.id
    assert sum(amount for movement, amount in movements(fixture) if movement == "dispute") == disputed


def test_an_intent_can_be_made_and_confirmed_without_a_session(fixture: StripeFixture) -> None:
    intents = fixture.client.v1.payment_intents
    made = intents.create({"amount": 2000, "currency": "usd", "capture_method": "manual"})

    intent = intents.confirm(made.id, {"payment_method": "pm_card_visa"})

    assert (made.status, intent.status) == ("requires_payment_method", "requires_capture")


def test_a_declined_confirmation_names_the_card_the_charge_and_the_intent(fixture: StripeFixture) -> None:
    with pytest.raises(stripe.CardError) as refused:
        fixture.client.v1.payment_intents.create(
            {
                "amount": 2000,
                "currency": "usd",
                "payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds",
                "confirm": True,
            }
        )

    error = refused.value.error
    assert error is not None
    assert (refused.value.http_status, error.code) == (402, "card_declined")
    assert error.decline_code == "insufficient_funds"
    assert error.payment_intent is not None
    assert error.payment_intent["status"] == "requires_payment_method"
    charge = fixture.client.v1.charges.retrieve(str(error.charge))
    assert (charge.status, charge.paid) == ("failed", False)
    fixture.receiver.wait_for("charge.failed")


def test_holds_add_up_in_the_journal(fixture: StripeFixture) -> None:
    first, second, third = (fixture.authorised(amount=10000) for _ in range(3))

    fixture.client.v1.payment_intents.capture(first["id"], {"amount_to_capture": 2500})
    fixture.client.v1.payment_intents.cancel(second["id"])
    fixture.stand_in.advance(8 * DAY)

    for held in (first, second, third):
        entries = fixture.stand_in.journal(held["id"])
        ended = sum(entry["amount"] for entry in entries if entry["movement"] != "authorise")
        assert ended == 10000

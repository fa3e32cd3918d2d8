"""The contract: the checker finds what the official library's types do not allow."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from stripe import params
from stripe.params.checkout import SessionCreateParams

from sandbox.stripe.contract.requests import read_params
from sandbox.stripe.contract.responses import object_violations
from sandbox.stripe.errors import ApiError
from sandbox.stripe.fixture import StripeFixture
from sandbox.stripe.forms import parse_form


def refund(**changes: Any) -> dict[str, Any]:
    sound = {
        "id": "re_1",
        "object": "refund",
        "amount": 100,
        "charge": "ch_1",
        "created": 1,
        "currency": "eur",
        "metadata": {},
        "reason": None,
        "status": "succeeded",
    }
    return {name: value for name, value in {**sound, **changes}.items() if value != "absent"}


def test_a_sound_answer_has_no_violations() -> None:
    assert object_violations(refund()) == []


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        ({"surprise": 1}, "refund.surprise: unknown field"),
        ({"amount": "absent"}, "refund.amount: required, but missing"),
        ({"amount": None}, "refund.amount: required, but null"),
        ({"amount": "100"}, "refund.amount: '100' is not int"),
        ({"amount": True}, "refund.amount: True is not int"),
        ({"metadata": {"a": 1}}, "refund.metadata.a: 1 is not str"),
        ({"reason": "whim"}, "refund.reason: 'whim' is none of"),
        ({"charge": 7}, "refund.charge: 7 is"),
        ({"charge": {"id": "ch_1"}}, "refund.charge.amount: required, but missing"),
        ({"object": "rebate"}, "object: 'rebate' is not a known kind"),
        ({"destination_details": {"card": {}}}, "destination_details.type: required"),
    ],
)
def test_a_planted_violation_is_found(planted: dict[str, Any], expected: str) -> None:
    problems = object_violations(refund(**planted))

    assert any(expected in problem for problem in problems), problems


def test_lists_and_events_are_checked_to_the_bottom() -> None:
    listed = {"object": "list", "data": [refund(amount=1.5)], "has_more": 0, "url": "/v1/refunds"}
    event = {
        "id": "evt_1",
        "object": "event",
        "created": 1,
        "data": {"object": refund(currency=None)},
        "livemode": False,
        "pending_webhooks": 1,
        "type": "refund.invented",
    }

    assert object_violations(listed) == [
        "list.has_more: 0 is not bool",
        "refund.amount: 1.5 is not int",
    ]
    in_event = " ".join(object_violations(event))
    assert "event.type: 'refund.invented' is none of" in in_event
    assert "refund.currency: required, but null" in in_event


def test_a_request_is_read_with_its_types() -> None:
    form = parse_form(
        "line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=100"
        "&line_items[0][quantity]=1&metadata[7]=x&automatic_tax[enabled]=false&expand[]=a"
    )

    read = read_params(form, SessionCreateParams)

    assert read == {
        "line_items": [{"price_data": {"currency": "eur", "unit_amount": 100}, "quantity": 1}],
        "metadata": {"7": "x"},
        "automatic_tax": {"enabled": False},
        "expand": ["a"],
    }


@pytest.mark.parametrize(
    ("encoded", "declared", "code", "param"),
    [
        ("amount=1&currency=eur&colour=red", "PaymentIntentCreateParams", "parameter_unknown", "colour"),
        ("amount=1", "PaymentIntentCreateParams", "parameter_missing", "currency"),
        ("amount=x&currency=eur", "PaymentIntentCreateParams", "parameter_invalid_integer", "amount"),
        ("amount=1&currency=", "PaymentIntentCreateParams", "parameter_invalid_empty", "currency"),
        ("amount=1&currency=eur&confirm=1", "PaymentIntentCreateParams", None, "confirm"),
        ("reason=whim", "RefundCreateParams", None, "reason"),
        ("metadata=x", "RefundCreateParams", None, "metadata"),
        ("expand=x", "RefundCreateParams", None, "expand"),
        ("api_key=sk", "RefundCreateParams", "parameter_unknown", "api_key"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_refused_as_stripe_would(encoded: str, declared: str, code: str | None, param: str) -> None:
    with pytest.raises(ApiError) as refused:
        read_params(parse_form(encoded), getattr(params, declared))

    assert refused.value.status == 400
    assert (refused.value.fields["code"], refused.value.fields["param"]) == (code, param)


@pytest.mark.parametrize(
    ("planted", "code"),
    [
        ({"payment_method_types": ["card"]}, "parameter_unknown"),
        ({"payment_intent_data": {"colour": "red"}}, "parameter_unknown"),
        ({"ui_mode": "hosted"}, None),
        ({"success_url": "hotel"}, "url_invalid"),
    ],
)
def test_a_wrong_session_is_refused(fixture: StripeFixture, planted: dict[str, Any], code: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        fixture.session(**planted)

    assert refused.value.code == code


def test_a_broken_answer_fails_and_is_recorded(fixture: StripeFixture) -> None:
    held = fixture.authorised()
    fixture.stand_in.state.store.intents[held["id"]]["status"] = "almost"

    with pytest.raises(stripe.APIError, match="violates the contract"):
        fixture.client.v1.payment_intents.retrieve(held["id"])

    [violation] = fixture.stand_in.violations()
    assert "payment_intent.status: 'almost' is none of" in violation["problems"][0]


def test_a_broken_answer_only_counts_when_lenient(fixture: StripeFixture) -> None:
    fixture.stand_in.settings(strict=False)
    held = fixture.authorised()
    fixture.stand_in.state.store.intents[held["id"]]["status"] = "almost"

    intent = fixture.client.v1.payment_intents.retrieve(held["id"])

    assert intent.status == "almost"
    assert len(fixture.stand_in.violations()) == 1


def test_unknown_expansions_are_refused_before_any_work(fixture: StripeFixture) -> None:
    held = fixture.authorised()

    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        fixture.client.v1.payment_intents.capture(held["id"], {"expand": ["colour"]})

    assert len(fixture.stand_in.journal()) == 1


def test_every_answer_of_a_whole_life_fits_the_contract(fixture: StripeFixture) -> None:
    intent = fixture.captured()
    client = fixture.client.v1
    client.refunds.create({"payment_intent": intent.id, "amount": 100})
    dispute = fixture.stand_in.dispute(str(intent.latest_charge))
    client.disputes.retrieve(dispute["id"], {"expand": ["charge", "payment_intent"]})
    client.charges.list({"payment_intent": intent.id, "expand": ["data.refunds"]})
    client.checkout.sessions.list({"expand": ["data.line_items", "data.payment_intent"]})
    for event in client.events.list({"limit": 100}).data:
        client.events.retrieve(event.id)

    assert fixture.stand_in.violations() == []

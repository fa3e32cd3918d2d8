"""Signatures of webhook bodies: only events that an active secret has signed are stored."""

import random
import time
from typing import Any

import pytest

from chassis import codec
from tests.interface.payments.conftest import SECRET
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.webhook_bodies import event, refused, signed, stored


def test_a_signature_of_every_active_secret_is_accepted(service: PaymentsUnderTest) -> None:
    for number, secret in enumerate((SECRET, "whsec_retired")):
        body = event(id=f"evt_{number}")

        assert not service.store_webhook(body, signed(body, secret)).already_processed


@pytest.mark.parametrize(
    "signature",
    ["", "garbage", "t=,v1=", "t=1", "v1=abc", "t=x,v1=y", "t=1,v1=é", "=", ",", "t=99999999999999999999,v1=0"],
)
def test_a_mangled_signature_is_refused(service: PaymentsUnderTest, signature: str) -> None:
    assert refused(service, event(), signature)
    assert stored(service) == []


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "null", "not json", '{"object": "event"}', '{"object":"event","id":1}']
)
def test_a_signed_body_that_is_no_webhook_event_is_refused(service: PaymentsUnderTest, body: str) -> None:
    assert refused(service, body, signed(body))


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
def test_a_signed_body_with_values_that_cannot_be_stored_is_refused(
    service: PaymentsUnderTest, odd: dict[str, Any]
) -> None:
    body = event(**odd)

    assert refused(service, body, signed(body))


def test_a_stale_or_foreign_signature_is_refused(service: PaymentsUnderTest) -> None:
    body = event()

    assert refused(service, body, signed(body, at=time.time() - 301))
    assert refused(service, body, signed(body, "whsec_somebody_else"))
    assert refused(service, body.replace("pi_x", "pi_y"), signed(body))
    assert not service.store_webhook(body, signed(body)).already_processed


def test_no_mutation_of_a_signed_webhook_event_is_accepted(service: PaymentsUnderTest) -> None:
    dice = random.Random(20260601)
    body = event()
    signature = signed(body)
    assert not service.store_webhook(body, signature).already_processed

    accepted = 0
    for _ in range(1000):
        broken = [body, signature]
        which = dice.randrange(2)
        at = dice.randrange(len(broken[which]))
        letter = chr(dice.choice([*range(32, 127), 0xE9, 0x1F600]))
        if letter == broken[which][at]:
            continue
        broken[which] = broken[which][:at] + letter + broken[which][at + 1 :]
        accepted += not refused(service, *broken)

    assert accepted == 0
    assert stored(service) == [("evt_x", "STORED")]


@pytest.mark.parametrize("depth", [65, 300, 3_000])
def test_a_signed_body_that_is_nested_deep_is_refused(service: PaymentsUnderTest, depth: int) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    body = event().replace('"created": 1', f'"created": 1, "deep": {deep}')

    assert refused(service, body, signed(body))
    assert stored(service) == []


def test_without_the_bound_a_deep_body_breaks_the_parser(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codec, "require_shallow", lambda _: None)
    body = event().replace('"created": 1', '"created": 1, "deep": ' + '{"a":' * 3_000 + "1" + "}" * 3_000)

    with pytest.raises(RecursionError):
        refused(service, body, signed(body))

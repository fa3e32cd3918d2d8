"""Each money movement under each fault happens exactly once and ends in the right status.

The stand-in's own journal is the judge. `MOVEMENTS` and `FAULTS` are the rows and columns of the matrix.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from services.payments.stripe_gateway.cards import StripeCards
from tests.interface.payments.conftest import KEY, SECRET
from tests.interface.payments.failing_cards import (
    Crash,
    CrashAfterResultCards,
    CrashingCards,
    RefusingCards,
    UnsafeCards,
)
from tests.interface.payments.payments_under_test import PaymentsUnderTest

Entries = list[tuple[str, int]]
AUTHORISED, CAPTURED, VOIDED = ("authorise", 15000), ("capture", 15000), ("void", 15000)


@dataclass(frozen=True, kw_only=True)
class Movement:
    """A movement: its beginning, its request, the key and path of its call, and the expected status and journal.

    `if_refused`: status, journal and last event where the provider refuses for good; None where the call is repeated.
    """

    name: str
    begin: Callable[[PaymentsUnderTest], str]
    request: Callable[[PaymentsUnderTest, str], None]
    key: str
    path: str
    status: str
    journal: Entries
    if_refused: tuple[str, Entries, str] | None = None


def cancel_with_fee(service: PaymentsUnderTest, booking_id: str) -> None:
    service.cancel(booking_id, fee=5000)


MOVEMENTS = (
    Movement(
        name="capture",
        begin=PaymentsUnderTest.authorised,
        request=PaymentsUnderTest.approve,
        key="capture",
        path="/capture$",
        status="CAPTURED",
        journal=[AUTHORISED, CAPTURED],
        if_refused=("FAILED", [AUTHORISED, VOIDED], "PaymentCaptureFailed"),
    ),
    Movement(
        name="void",
        begin=PaymentsUnderTest.authorised,
        request=PaymentsUnderTest.decline,
        key="void",
        path="/cancel$",
        status="VOIDED",
        journal=[AUTHORISED, VOIDED],
    ),
    Movement(
        name="refund",
        begin=PaymentsUnderTest.captured,
        request=cancel_with_fee,
        key="refund-",
        path="/refunds$",
        status="PARTIALLY_REFUNDED",
        journal=[AUTHORISED, CAPTURED, ("refund", 10000)],
        if_refused=("CAPTURED", [AUTHORISED, CAPTURED], "RefundFailed"),
    ),
    Movement(
        name="fee",
        begin=PaymentsUnderTest.authorised,
        request=cancel_with_fee,
        key="capture",
        path="/capture$",
        status="CAPTURED",
        journal=[AUTHORISED, ("capture", 5000), ("void", 10000)],
        if_refused=("VOIDED", [AUTHORISED, VOIDED], "PaymentVoided"),
    ),
)


def impatient_cards(service: PaymentsUnderTest) -> StripeCards:
    """Cards that wait for an answer for 0.15 s only."""
    return StripeCards(KEY, url=service.stripe.url, secrets=(SECRET,), timeout=(1.0, 0.15))


def provider_fault(**fault: Any) -> Callable[[PaymentsUnderTest, Movement], None]:
    def inject(service: PaymentsUnderTest, movement: Movement) -> None:
        service.stripe.fault(**{"path": movement.path, "method": "POST", **fault})

    return inject


def slow_provider(when: str) -> Callable[[PaymentsUnderTest, Movement], None]:
    def inject(service: PaymentsUnderTest, movement: Movement) -> None:
        service.restart(impatient_cards(service))
        service.stripe.fault("delay", path=movement.path, method="POST", seconds=0.4, when=when)

    return inject


def provider_down(service: PaymentsUnderTest, _: Movement) -> None:
    service.stripe.fault("fail_before", path="/v1/", drop=True, times=6)


def crash(moment: str) -> Callable[[PaymentsUnderTest, Movement], None]:
    def inject(service: PaymentsUnderTest, movement: Movement) -> None:
        crashing: Any = CrashAfterResultCards if moment == "after_result" else CrashingCards
        service.restart(crashing(service.cards, **{moment: movement.key}))

    return inject


FAULTS: dict[str, Callable[[PaymentsUnderTest, Movement], None]] = {
    "answers too slowly, before the work": slow_provider("before"),
    "answers too slowly, after the work": slow_provider("after"),
    "down": provider_down,
    "cut before the work": provider_fault(kind="fail_before", drop=True),
    "cut after the work": provider_fault(kind="fail_after", drop=True),
    "a stored 500 before the work": provider_fault(kind="fail_before"),
    "a stored 500, three times over": provider_fault(kind="fail_before", times=3),
    "a stored 500 after the work": provider_fault(kind="fail_after"),
    "a 503 to be repeated, after the work": provider_fault(kind="fail_after", status=503, store="answer"),
    "too many requests": provider_fault(kind="fail_before", status=429, store="nothing", times=3),
    "locked": provider_fault(kind="fail_before", status=409, store="nothing", times=3),
    "crashes before the call": crash("before"),
    "crashes after the call, before its result is stored": crash("after"),
    "crashes after the result is stored": crash("after_result"),
}


DUE_CONVERGENCE = """
    SELECT * FROM job WHERE kind = 'ConvergePayment' AND done_at IS NULL AND gave_up_at IS NULL
"""


def run_to_the_end(service: PaymentsUnderTest) -> int:
    """Run jobs until no convergence is due, restarting the process after each crash; the number of crashes."""
    crashes, deadline = 0, time.monotonic() + 10
    while crashes < 4 and time.monotonic() < deadline:
        try:
            service.run_until_idle()
        except Crash:
            crashes += 1
            service.restart(service.cards)
            service.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
        else:
            if not service.sql(DUE_CONVERGENCE):
                return crashes
    raise AssertionError(f"convergence remains due after {crashes} crashes")


@pytest.mark.parametrize("movement", MOVEMENTS, ids=lambda movement: movement.name)
@pytest.mark.parametrize("inject", FAULTS.values(), ids=FAULTS)
def test_each_movement_happens_once_under_each_fault(
    service: PaymentsUnderTest, movement: Movement, inject: Callable[[PaymentsUnderTest, Movement], None]
) -> None:
    booking_id = movement.begin(service)
    inject(service, movement)

    movement.request(service, booking_id)
    crashes = run_to_the_end(service)

    assert crashes + sum(fault["struck"] for fault in service.stripe.faults()) > 0, "no fault was injected"
    assert service.journal(booking_id) == movement.journal
    assert service.ledger(booking_id) == movement.journal
    assert service.status(booking_id) == movement.status
    assert service.sql("SELECT * FROM job WHERE gave_up_at IS NOT NULL") == []


@pytest.mark.parametrize("movement", MOVEMENTS, ids=lambda movement: movement.name)
def test_each_movement_that_is_refused_for_good_has_its_own_outcome(
    service: PaymentsUnderTest, movement: Movement
) -> None:
    booking_id = movement.begin(service)
    service.restart(RefusingCards(service.cards, refused=movement.key))

    movement.request(service, booking_id)
    service.run_until_idle()

    status, journal, last_event = movement.if_refused or (movement.status, movement.journal, "PaymentVoided")
    assert service.journal(booking_id) == journal
    assert service.ledger(booking_id) == journal
    assert (service.status(booking_id), service.events(booking_id)[-1]) == (status, last_event)


def test_without_keys_and_syncs_a_refund_would_happen_twice(service: PaymentsUnderTest) -> None:
    """The negative control: a refund whose answer is lost."""
    booking_id = service.captured()
    service.restart(UnsafeCards(service.cards))
    service.stripe.fault("fail_after", path="/refunds$", method="POST", drop=True)

    service.cancel(booking_id, fee=8000)
    service.run_jobs(rounds=2)

    assert service.journal(booking_id) == [AUTHORISED, CAPTURED, ("refund", 7000), ("refund", 7000)]

"""Overstays, extensions and balances over HTTP."""

from datetime import date
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.balance import RefundAtDesk, SettleBalance
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.overstays import (
    AcknowledgeOverstay,
    GetOverstay,
    Incident,
    IncidentStatus,
    OverstaySeverity,
    OverstayState,
)
from contracts.values import Money
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code

ABOUT = {"hotel": builders.HOTEL, "booking_id": builders.BOOKING}
UNDER = f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}"


def test_the_overstay_status_has_severity_incident_and_balance(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(GetOverstay, a_state())

    answer = gateway.get(f"{UNDER}/overstay/status/", headers=front_desk)

    body = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"7"')
    assert (body["is_overstay"], body["overstay_severity"], body["minutes_over"]) == (True, "MEDIUM", 45)
    assert (body["incident"]["status"], body["incident"]["acknowledged_by"]["name"]) == ("ACKNOWLEDGED", "Nora Clerk")
    assert (body["balance_due"], body["currency"]) == ("109.00", "EUR")


@pytest.mark.parametrize(
    ("path", "body", "command"),
    [
        (
            "overstay/acknowledge",
            {"note": "Knows.", "dismiss": True},
            AcknowledgeOverstay(**ABOUT, note="Knows.", dismiss=True),
        ),
        ("overstay/acknowledge", None, AcknowledgeOverstay(**ABOUT)),
        ("overstay/extend", {"add_nights": 2}, ExtendBooking(**ABOUT, add_nights=2)),
        (
            "overstay/extend",
            {"new_checkout_date": "2026-08-20"},
            ExtendBooking(**ABOUT, new_check_out=date(2026, 8, 20)),
        ),
        ("balance/settle", {}, SettleBalance(**ABOUT)),
        ("balance/refund", {}, RefundAtDesk(**ABOUT)),
        ("balance/refund", {"amount": "4.00", "note": "Cash."}, RefundAtDesk(**ABOUT, amount="4.00", note="Cash.")),
        (
            "balance/settle",
            {"amount": "9.50", "note": "Cash."},
            SettleBalance(**ABOUT, amount="9.50", note="Cash."),
        ),
    ],
)
def test_an_acknowledgement_reaches_bookings_and_returns_the_booking(
    gateway: Gateway, front_desk: dict[str, str], path: str, body: Any, command: Any
) -> None:
    gateway.bus.answers(type(command), builders.booking())

    answer = gateway.post(f"{UNDER}/{path}/", json=body, headers=front_desk)

    assert (answer.status_code, answer.json()["booking_id"]) == (200, builders.BOOKING)
    assert gateway.bus.asks[-1][0] == command


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("overstay/extend", {"add_nights": 0}),
        ("overstay/extend", {"add_nights": 1.5}),
        ("overstay/extend", {"new_checkout_date": "tomorrow"}),
        ("balance/settle", {"amount": "-1"}),
        ("balance/settle", {"amount": 9}),
        ("overstay/acknowledge", {"dismissed": True}),
    ],
)
def test_an_invalid_extension_is_422(gateway: Gateway, front_desk: dict[str, str], path: str, body: Any) -> None:
    answer = gateway.post(f"{UNDER}/{path}/", json=body, headers=front_desk)

    assert (answer.status_code, code(answer)) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("refused", ["EXTENSION_CONFLICT", "SOLD_OUT"])
def test_an_extension_conflict_has_conflicts_and_suggested_rooms(
    gateway: Gateway, front_desk: dict[str, str], refused: str
) -> None:
    elsewhere = [{"room_number": "102", "room_type": "Double Room", "room_status": "READY_FOR_GUEST"}]
    refusal = Refusal(refused, "Taken.", conflicts=[{"booking_id": "BK-1"}], suggested_rooms=elsewhere)
    gateway.bus.answers(ExtendBooking, refusal)

    answer = gateway.post(f"{UNDER}/overstay/extend/", json={"add_nights": 1}, headers=front_desk)

    assert (answer.status_code, code(answer)) == (409, refused)
    assert answer.json()["conflicts"] == [{"booking_id": "BK-1"}]
    assert answer.json()["suggested_rooms"] == elsewhere


def a_state() -> OverstayState:
    incident = Incident(
        id="i-1",
        status=IncidentStatus.ACKNOWLEDGED,
        severity=OverstaySeverity.MEDIUM,
        deadline_at=builders.NOON,
        opened_at=builders.NOON,
        acknowledged_at=builders.NOON,
        acknowledged_by=builders.CLERK,
    )
    return OverstayState(
        booking_id=builders.BOOKING,
        is_overstay=True,
        severity=OverstaySeverity.MEDIUM,
        checkout_deadline_at=builders.NOON,
        minutes_over=45,
        incident=incident,
        balance_due=Money(10900, "EUR"),
        version=7,
    )

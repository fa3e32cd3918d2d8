"""Builders of a payment of 150.00 EUR, its desired state and its snapshot at the provider, each with overrides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.payments.events import PaymentStatus
from contracts.values import Money
from services.payments.domain.desired_state import BookingPhase, DesiredState
from services.payments.domain.payment import Payment, RefundStatus
from services.payments.domain.provider_snapshot import (
    ChargeSnapshot,
    DisputeSnapshot,
    IntentSnapshot,
    IntentState,
    ProviderSnapshot,
    RefundSnapshot,
    SessionSnapshot,
    SessionState,
)

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
AMOUNT = Money(15000, "EUR")


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def payment(**overrides: Any) -> Payment:
    usual = Payment(
        id="pay_1",
        booking_id="BK-2026-AAAAAA",
        hotel="hotel-killarney",
        amount=AMOUNT,
        hold_expires_at=NOW + timedelta(minutes=15),
        created_at=NOW,
        status=PaymentStatus.SESSION_OPEN,
        version=1,
        session_id="cs_1",
        session_url="https://pay.example/cs_1",
    )
    return replace(usual, **overrides)


def desired_state(**overrides: Any) -> DesiredState:
    return replace(DesiredState(booking_id="BK-2026-AAAAAA", hotel="hotel-killarney"), **overrides)


def approved() -> DesiredState:
    return desired_state(phase=BookingPhase.APPROVED, approved_payment="pay_1")


def ended(fee: int = 0) -> DesiredState:
    return desired_state(phase=BookingPhase.ENDED, fee=eur(fee) if fee else None)


def checkout(state: SessionState = SessionState.COMPLETE, **overrides: Any) -> SessionSnapshot:
    usual = SessionSnapshot(
        id="cs_1", state=state, url=None, intent_id="pi_1" if state is SessionState.COMPLETE else None
    )
    return replace(usual, **overrides)


def intent(state: IntentState = IntentState.HELD, *, captured: int = 0, **overrides: Any) -> IntentSnapshot:
    charge = ChargeSnapshot(
        id="ch_1",
        amount=AMOUNT,
        captured=captured,
        created=NOW,
        capture_before=NOW + timedelta(days=7),
        disputed=False,
    )
    usual = IntentSnapshot(
        id="pi_1",
        state=state,
        amount=AMOUNT,
        received=captured,
        payment_id="pay_1",
        booking_id="BK-2026-AAAAAA",
        charge=charge,
    )
    return replace(usual, **overrides)


def captured_intent(captured: int = 15000, **overrides: Any) -> IntentSnapshot:
    return intent(IntentState.TAKEN, captured=captured, **overrides)


def refund(amount: int, status: RefundStatus = RefundStatus.SUCCEEDED, **overrides: Any) -> RefundSnapshot:
    return replace(RefundSnapshot(id="re_1", refund_id="pay_1-1", amount=eur(amount), status=status), **overrides)


def dispute(**overrides: Any) -> DisputeSnapshot:
    usual = DisputeSnapshot(id="du_1", amount=AMOUNT, reason="fraudulent", withdrawn=True, won=False)
    return replace(usual, **overrides)


def at_provider(**overrides: Any) -> ProviderSnapshot:
    return replace(ProviderSnapshot(), **overrides)

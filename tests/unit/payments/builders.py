"""A payment of 150.00 EUR, its booking and what the provider shows of it; every part may be overridden."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.payments import PaymentStatus
from contracts.values import Money
from services.payments.domain import Payment, RefundStatus, Seen, Stance, Standing
from services.payments.domain.seen import (
    IntentState,
    SeenCharge,
    SeenDispute,
    SeenIntent,
    SeenRefund,
    SeenSession,
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


def standing(**overrides: Any) -> Standing:
    return replace(Standing(booking_id="BK-2026-AAAAAA", hotel="hotel-killarney"), **overrides)


def approved() -> Standing:
    return standing(stance=Stance.APPROVED, approved_payment="pay_1")


def ended(fee: int = 0) -> Standing:
    return standing(stance=Stance.ENDED, fee=eur(fee) if fee else None)


def page(state: SessionState = SessionState.COMPLETE, **overrides: Any) -> SeenSession:
    usual = SeenSession(id="cs_1", state=state, url=None, intent_id="pi_1" if state is SessionState.COMPLETE else None)
    return replace(usual, **overrides)


def intent(state: IntentState = IntentState.HELD, *, captured: int = 0, **overrides: Any) -> SeenIntent:
    charge = SeenCharge(
        id="ch_1",
        amount=AMOUNT,
        captured=captured,
        created=NOW,
        capture_before=NOW + timedelta(days=7),
        disputed=False,
    )
    usual = SeenIntent(
        id="pi_1",
        state=state,
        amount=AMOUNT,
        received=captured,
        payment_id="pay_1",
        booking_id="BK-2026-AAAAAA",
        charge=charge,
    )
    return replace(usual, **overrides)


def taken(captured: int = 15000, **overrides: Any) -> SeenIntent:
    return intent(IntentState.TAKEN, captured=captured, **overrides)


def refund(amount: int, status: RefundStatus = RefundStatus.SUCCEEDED, **overrides: Any) -> SeenRefund:
    return replace(SeenRefund(id="re_1", refund_id="pay_1-1", amount=eur(amount), status=status), **overrides)


def dispute(**overrides: Any) -> SeenDispute:
    usual = SeenDispute(id="du_1", amount=AMOUNT, reason="fraudulent", withdrawn=True, won=False)
    return replace(usual, **overrides)


def seen(**overrides: Any) -> Seen:
    return replace(Seen(), **overrides)

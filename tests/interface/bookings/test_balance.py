"""The balance on a real database, with simultaneous payments."""

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings.balance import SettleBalance
from contracts.bookings.queries import GetPayable, GetTimeline
from contracts.bookings.stays import CheckOut
from contracts.payments.events import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentPurpose,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentVoided,
)
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about
from tests.interface.bookings.test_extensions import extend
from tests.interface.bookings.test_overstays import staying
from tests.interface.bookings.test_races import at_once
from tests.unit.bookings.builders import NOW, eur

OWED = 45780


def towards(booking_id: str, payment_id: str = "pay-2") -> dict[str, Any]:
    return about(booking_id, payment_id=payment_id, purpose=PaymentPurpose.EXTENSION)


def authorised(booking_id: str, payment_id: str = "pay-2", amount: int = OWED) -> PaymentAuthorized:
    return PaymentAuthorized(
        **towards(booking_id, payment_id), payment_intent_id="pi_2", amount=eur(amount), authorized_at=NOW
    )


def owing(service: BookingsUnderTest) -> str:
    booking_id = staying(service)
    extend(service, booking_id)
    return booking_id


def test_a_balance_payment_does_not_change_the_bookings_own_payment(service: BookingsUnderTest) -> None:
    booking_id = owing(service)
    before = service.stored(booking_id)

    service.deliver(
        PaymentSessionOpened(**towards(booking_id), session_id="cs_2", amount=eur(OWED), opened_at=NOW, expires_at=NOW),
        authorised(booking_id),
        PaymentCaptured(**towards(booking_id), payment_intent_id="pi_2", amount=eur(OWED), captured_at=NOW),
    )

    after = service.stored(booking_id)
    assert service.events(booking_id)[-2:] == ["BalancePaymentAccepted", "BalancePaid"]
    assert (after.balance_due, after.captured) == (0, OWED)
    for untouched in ("payment_status", "payment_id", "payment_reference", "payment_intent_id", "status", "paid_at"):
        assert getattr(after, untouched) == getattr(before, untouched)
    assert "PaymentSessionOpened" in [item.what for item in service.ask(GetTimeline(**about(booking_id))).items]


def test_an_expired_session_and_a_voided_authorisation_do_not_change_the_balance(service: BookingsUnderTest) -> None:
    booking_id = owing(service)
    version = service.stored(booking_id).version

    service.deliver(
        PaymentSessionExpired(**towards(booking_id), session_id="cs_2"),
        PaymentVoided(**towards(booking_id, "pay-3"), amount=eur(OWED), voided_at=NOW),
    )

    assert (service.stored(booking_id).version, service.stored(booking_id).balance_due) == (version, OWED)


def test_a_failed_balance_payment_is_owed_again_and_can_be_paid_again(service: BookingsUnderTest) -> None:
    booking_id = owing(service)
    service.deliver(authorised(booking_id))
    assert not service.ask(GetPayable(**about(booking_id))).payable

    service.deliver(PaymentCaptureFailed(**towards(booking_id), reason_code="declined", failed_at=NOW))

    payable = service.ask(GetPayable(**about(booking_id)))
    assert (payable.payable, payable.amount) == (True, eur(OWED))


def test_one_of_a_desk_and_a_card_payment_at_the_same_moment_is_taken(service: BookingsUnderTest) -> None:
    for _ in range(6):
        booking_id = owing(service)
        fact = service.envelope(authorised(booking_id))

        at_once(
            lambda booking_id=booking_id: service.ask(SettleBalance(**about(booking_id))),
            lambda fact=fact: service.event_dispatcher.apply([fact]),
        )

        happened = [name for name in service.events(booking_id) if name.startswith("Balance")]
        assert happened in (["BalanceSettled", "BalancePaymentRefused"], ["BalancePaymentAccepted"])
        assert service.stored(booking_id).balance_due == 0


def test_a_balance_settled_twice_at_once_is_settled_once(service: BookingsUnderTest) -> None:
    booking_id = owing(service)

    at_once(*[lambda: service.ask(SettleBalance(**about(booking_id), note="Cash."))] * 3)

    assert service.events(booking_id).count("BalanceSettled") == 1
    row = service.row("SELECT text, by FROM audit JOIN remark USING (subject, sequence) WHERE what = 'BalanceSettled'")
    assert (row.text, row.by) == ("Cash.", {"kind": "staff", "id": "7"})


def test_a_balance_is_settled_at_the_desk_after_check_out(service: BookingsUnderTest) -> None:
    booking_id = owing(service)

    assert service.ask(CheckOut(**about(booking_id))).balance_due == eur(OWED)

    assert service.ask(SettleBalance(**about(booking_id))).balance_due == eur(0)


def test_the_database_rejects_a_negative_balance(service: BookingsUnderTest) -> None:
    booking_id = owing(service)

    with pytest.raises(sa.exc.IntegrityError, match="booking_owes_no_less_than_nothing"):
        service.rows("UPDATE booking SET balance_due = -1 WHERE id = :id", id=booking_id)


def test_only_staff_settle_a_balance(service: BookingsUnderTest) -> None:
    created = service.book()

    with pytest.raises(Refusal) as caught:
        service.ask(SettleBalance(**about(created.booking.booking_id)), guest_of(created))

    assert caught.value.code == "PERMISSION_DENIED"

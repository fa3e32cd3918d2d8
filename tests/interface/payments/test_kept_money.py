"""A cheaper stay: what its cards do not keep is refunded once, newest payment first; old pages are closed."""

from typing import Any

import pytest

from contracts.bookings.change_previews import Settlement
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import StayChanged
from contracts.payments.checkout_sessions import ClosePaymentPage
from contracts.values import SYSTEM, Money
from services.payments.handlers import booking_events
from services.payments.steps import kept_money
from services.payments.stripe_gateway.cards import StripeCards
from tests.interface.payments.failing_cards import Crash, CrashingCards, count_movements
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.played_bookings import AMOUNT, HOTEL, eur
from tests.interface.payments.test_balance import amounts, ledger_matches_provider
from tests.interface.payments.test_balance import paid as paid_twice
from tests.interface.payments.test_refund_retry import FAILS, accept_refunds


def changes(
    service: PaymentsUnderTest,
    booking_id: str,
    *,
    keeps: int | None = None,
    total: Money = AMOUNT,
    owes: int = 0,
    status: BookingStatus = BookingStatus.CONFIRMED,
) -> None:
    today = service.now().date()
    days: dict[str, Any] = {"check_in": today, "check_out": today}
    service.publish(
        StayChanged(
            booking_id=booking_id, hotel=HOTEL, status=status, **days, room_type_code="DBL", adults=2, children=0,
            total=total, previous_check_in=today, previous_check_out=today, previous_room_type_code="DBL",
            previous_adults=2, previous_children=0, previous_total=AMOUNT, difference=total - AMOUNT, fee=eur(0),
            refund=eur(0), refund_at_desk=eur(0), balance_due=eur(owes), waived=eur(0), settlement=Settlement.REFUND,
            checkout_deadline_at=service.now(), changed_at=service.now(), changed_by=SYSTEM,
            keeps=None if keeps is None else eur(keeps),
        )
    )  # fmt: skip
    service.run_until_idle()


@pytest.mark.parametrize(
    ("keeps", "refunds"),
    [(25900, [0, 0]), (25899, [0, 1]), (15000, [0, 10900]), (14000, [1000, 10900]), (0, [15000, 10900])],
)
def test_the_newest_payment_is_refunded_first(service: PaymentsUnderTest, keeps: int, refunds: list[int]) -> None:
    booking_id = paid_twice(service)

    changes(service, booking_id, keeps=keeps)
    changes(service, booking_id, keeps=keeps)

    assert [refunded for _, _, refunded in amounts(service, booking_id)] == refunds
    assert ledger_matches_provider(service, booking_id)


def test_a_chain_of_changes_refunds_each_difference_once(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()

    for keeps in (14000, 9000, 9000, 500):
        changes(service, booking_id, keeps=keeps)

    assert service.journal(booking_id)[-3:] == [("refund", 1000), ("refund", 5000), ("refund", 8500)]
    assert ledger_matches_provider(service, booking_id)


def test_without_a_refund_nothing_moves(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    before = service.journal(booking_id)

    changes(service, booking_id, keeps=None, owes=5000)

    assert service.journal(booking_id) == before


@pytest.mark.parametrize("crash", [{"before": "refund"}, {"after": "refund"}])
def test_a_crash_around_the_refund_refunds_once(
    service: PaymentsUnderTest, cards: StripeCards, crash: dict[str, str]
) -> None:
    booking_id = service.captured()
    service.restart(CrashingCards(cards, **crash))
    with pytest.raises(Crash):
        changes(service, booking_id, keeps=9000)

    service.restart(cards)
    service.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
    service.run_until_idle()

    assert service.journal(booking_id)[-1] == ("refund", 6000)
    assert count_movements(service, booking_id, "refund") == 1


def test_a_refund_that_failed_does_not_hold_up_the_next_one(service: PaymentsUnderTest) -> None:
    booking_id = service.captured(**FAILS)
    changes(service, booking_id, keeps=14000)
    service.stripe.advance(60)
    service.run_until_idle()
    assert service.events(booking_id)[-1] == "RefundFailed"
    accept_refunds(service)

    changes(service, booking_id, keeps=9000)

    assert service.journal(booking_id)[-1] == ("refund", 6000)
    assert amounts(service, booking_id) == [("BOOKING", 15000, 6000)]


def test_without_a_new_attempt_a_failed_refund_would_hold_up_the_next_one(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_money, "with_failed_refunds_retried", lambda payment, *_, **__: payment)
    booking_id = service.captured(**FAILS)
    changes(service, booking_id, keeps=14000)
    service.stripe.advance(60)
    service.run_until_idle()
    accept_refunds(service)

    changes(service, booking_id, keeps=9000)

    assert amounts(service, booking_id) == [("BOOKING", 15000, 0)]


def test_a_page_with_the_old_total_is_closed(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.open(booking_id)

    changes(service, booking_id, total=eur(20000), status=BookingStatus.PENDING_PAYMENT)

    assert service.status(booking_id) == "SESSION_EXPIRED"


def test_without_the_event_a_page_with_the_old_total_would_stay_open(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booking_events, "OPEN", frozenset())
    booking_id = service.book()
    service.open(booking_id)

    changes(service, booking_id, total=eur(20000), status=BookingStatus.PENDING_PAYMENT)

    assert service.status(booking_id) == "SESSION_OPEN"


@pytest.mark.parametrize(("owes", "status"), [(10899, "SESSION_EXPIRED"), (10900, "SESSION_OPEN")])
def test_a_page_for_more_than_is_owed_now_is_closed(service: PaymentsUnderTest, owes: int, status: str) -> None:
    booking_id = service.captured()
    service.set_balance(booking_id, eur(10900))
    service.open(booking_id)

    changes(service, booking_id, owes=owes)

    assert service.status(booking_id) == status


def close(service: PaymentsUnderTest, booking_id: str) -> bool:
    paid: bool = service.ask(ClosePaymentPage(hotel=HOTEL, booking_id=booking_id)).reply.paid
    service.run_until_idle()
    return paid


def test_a_page_is_closed_on_request_and_opened_again(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    assert not close(service, booking_id)  # there is no page
    first = service.open(booking_id)

    assert not close(service, booking_id)
    assert not close(service, booking_id)

    assert service.status(booking_id) == "SESSION_EXPIRED"
    assert service.open(booking_id).session_id != first.session_id


def test_a_page_that_was_paid_is_not_closed(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.stripe.pay(service.open(booking_id).session_id)

    assert close(service, booking_id)

    assert service.status(booking_id) == "AUTHORIZED"


def test_a_page_that_a_dead_process_was_closing_is_closed(service: PaymentsUnderTest, cards: StripeCards) -> None:
    booking_id = service.book()
    service.open(booking_id)
    service.restart(CrashingCards(cards, before="expire"))
    with pytest.raises(Crash):
        close(service, booking_id)
    service.restart(cards)

    assert not close(service, booking_id)

    assert service.status(booking_id) == "SESSION_EXPIRED"

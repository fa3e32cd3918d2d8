"""One checkout session for each booking, under repeated and concurrent requests."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from services.payments.domain.recorded_state import RecordedState
from services.payments.store.recorded_states import SqlRecordedStates
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.played_bookings import eur

DIRECT = "https://hotel.example/done"


def provider_sessions(service: PaymentsUnderTest) -> list[dict[str, Any]]:
    return list(service.stripe.state.store.sessions.values())


def test_the_session_request_has_metadata_amount_pages_and_expiry(service: PaymentsUnderTest) -> None:
    booking_id = service.book()

    service.open(booking_id, success_url=DIRECT)

    (session,) = provider_sessions(service)
    payment_id = service.payment(booking_id)["id"]
    metadata = {"payment_id": payment_id, "booking_id": booking_id, "hotel": "hotel-killarney"}
    assert session["metadata"] == metadata
    assert session["client_reference_id"] == booking_id
    assert service.stripe.state.store.payment_intent_data[session["id"]] == {
        "capture_method": "manual",
        "metadata": metadata,
    }
    assert (session["amount_total"], session["currency"]) == (15000, "eur")
    assert (session["success_url"], session["customer_email"]) == (DIRECT, "guest@example.com")
    assert 30 * 60 <= session["expires_at"] - session["created"] <= 32 * 60


def test_a_repeated_request_returns_the_same_session(service: PaymentsUnderTest) -> None:
    booking_id = service.book()

    first, second = service.open(booking_id), service.open(booking_id)

    assert (first.status, second.status) == ("created", "existing")
    assert (second.session_id, second.payment_url) == (first.session_id, first.payment_url)


def test_a_paid_booking_gets_no_session(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()

    authorised = service.open(booking_id)
    service.approve(booking_id)
    service.run_until_idle()
    service.make_unpayable(booking_id)
    captured = service.open(booking_id)

    for answer in (authorised, captured):
        assert (answer.status, answer.payment_url, answer.amount) == ("paid", None, eur(15000))


def test_a_request_after_payment_answers_paid_without_any_webhook_event(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.stripe.drop_events(times=None)
    service.stripe.pay(service.open(booking_id).session_id)

    assert service.open(booking_id).status == "paid"


def test_an_expired_session_is_followed_by_a_new_one(service: PaymentsUnderTest) -> None:
    booking_id = service.book(minutes=30 * 60)
    service.stripe.drop_events(times=None)
    first = service.open(booking_id)
    service.stripe.advance(25 * 3600)
    service.advance(25 * 60)

    second = service.open(booking_id)

    assert second.status == "created"
    assert second.session_id != first.session_id
    assert service.events(booking_id) == ["PaymentSessionOpened", "PaymentSessionExpired", "PaymentSessionOpened"]


def test_a_changed_amount_closes_the_old_session_and_opens_a_new_one(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    first = service.open(booking_id)
    service.reprice(booking_id, eur(18000))

    second = service.open(booking_id)

    assert (second.status, second.amount) == ("created", eur(18000))
    assert [session["status"] for session in provider_sessions(service)] == ["expired", "open"]
    assert first.session_id == service.event(booking_id, "PaymentSessionExpired")["session_id"]


def test_a_changed_amount_after_payment_answers_paid(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.stripe.drop_events(times=None)
    service.stripe.pay(service.open(booking_id).session_id)
    service.reprice(booking_id, eur(18000))

    answer = service.open(booking_id)

    assert (answer.status, answer.amount) == ("paid", eur(15000))


def test_a_declined_card_may_be_followed_by_another_in_the_same_session(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    session = service.open(booking_id)
    with pytest.raises(Exception, match="402"):
        service.stripe.pay(session.session_id, "4000000000000002")
    service.run_until_idle()
    between = service.open(booking_id)
    service.stripe.pay(session.session_id)
    service.run_until_idle()

    assert (between.status, between.session_id) == ("existing", session.session_id)
    assert service.events(booking_id) == ["PaymentSessionOpened", "PaymentAuthorized"]


def test_a_foreign_return_url_is_refused_and_no_payment_is_stored(service: PaymentsUnderTest) -> None:
    booking_id = service.book()

    with pytest.raises(Refusal) as refused:
        service.open(booking_id, success_url="https://evil.example/")

    assert refused.value.code == "INVALID_RETURN_URL"
    assert service.sql("SELECT * FROM payment") == []


def test_a_booking_that_ended_meanwhile_gets_no_session(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    payable = service.payables[booking_id]
    service.cancel(booking_id)
    service.payables[booking_id] = payable  # the stale reply of bookings

    with pytest.raises(Refusal) as refused:
        service.open(booking_id)

    assert refused.value.code == "BOOKING_NOT_PAYABLE"


def test_the_same_idempotency_key_gets_the_same_reply(service: PaymentsUnderTest) -> None:
    booking_id = service.book()

    first, second = (service.open(booking_id, key="k" * 16) for _ in range(2))

    assert first == second
    assert second.status == "created"


def run_concurrently(count: int, ask: Callable[[], Any], patch: pytest.MonkeyPatch) -> list[Any]:
    """The results of concurrent requests, all of which look for a live payment before any inserts one."""
    gate, passed = threading.Barrier(count), threading.local()
    find_live = SqlRecordedStates.find_live

    def find_live_together(states: SqlRecordedStates, *which: Any, **more: Any) -> RecordedState | None:
        live = find_live(states, *which, **more)
        if not getattr(passed, "gate", False):
            passed.gate = True
            gate.wait()
        return live

    patch.setattr(SqlRecordedStates, "find_live", find_live_together)
    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(ask) for _ in range(count)]]


def test_concurrent_requests_get_one_session(service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    booking_id = service.book()

    answers = run_concurrently(6, lambda: service.open(booking_id), monkeypatch)

    assert len({answer.session_id for answer in answers}) == 1
    assert sorted(answer.status for answer in answers) == ["created", *["existing"] * 5]
    assert len(provider_sessions(service)) == 1
    assert service.events(booking_id) == ["PaymentSessionOpened"]


def test_without_the_index_concurrent_requests_would_begin_several_payments(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the unique index."""
    booking_id = service.book()
    (index,) = service.sql("SELECT indexdef FROM pg_indexes WHERE indexname = 'payment_one_live_per_booking'")
    service.sql("DROP INDEX payment_one_live_per_booking")
    try:
        run_concurrently(6, lambda: service.open(booking_id), monkeypatch)
        begun = len(service.sql("SELECT id FROM payment"))
    finally:
        service.sql("TRUNCATE payment CASCADE")
        service.sql(index["indexdef"])

    assert begun > 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payment SET captured = amount + 1",
        "UPDATE payment SET captured = 100, refunded = 101",
        "UPDATE payment SET status = 'LOST'",
        """INSERT INTO payment (id, booking_id, hotel, status, version, amount, currency, hold_expires_at)
           SELECT id || 'x', booking_id, hotel, status, version, amount, currency, hold_expires_at FROM payment""",
        """INSERT INTO ledger (hotel, payment_id, booking_id, kind, amount, currency, provider_id, at, why)
           SELECT hotel, payment_id, booking_id, kind, amount, currency, provider_id, at, why
           FROM ledger WHERE kind = 'authorise'""",
        """INSERT INTO ledger (hotel, payment_id, booking_id, kind, amount, currency, provider_id, at, why)
           SELECT hotel, payment_id, booking_id, kind, amount, currency, 'ch_other', at, why
           FROM ledger WHERE kind = 'capture'""",
    ],
)
def test_the_database_refuses_impossible_amounts_and_duplicate_rows(service: PaymentsUnderTest, statement: str) -> None:
    service.captured()

    with pytest.raises(sa.exc.IntegrityError):
        service.sql(statement)

"""One page for each booking, whoever asks, however often and at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from services.payments.domain import Payment
from services.payments.store import SqlPayments
from tests.interface.payments.house import House, eur

DIRECT = "https://hotel.example/done"


def pages_at(house: House) -> list[dict[str, Any]]:
    return list(house.stripe.state.store.sessions.values())


def test_the_request_says_all_that_the_provider_must_know(house: House) -> None:
    booking_id = house.book()

    house.open(booking_id, success_url=DIRECT)

    (page,) = pages_at(house)
    payment_id = house.payment(booking_id)["id"]
    ours = {"payment_id": payment_id, "booking_id": booking_id, "hotel": "hotel-killarney"}
    assert page["metadata"] == ours
    assert page["client_reference_id"] == booking_id
    assert house.stripe.state.store.payment_intent_data[page["id"]] == {"capture_method": "manual", "metadata": ours}
    assert (page["amount_total"], page["currency"]) == (15000, "eur")
    assert (page["success_url"], page["customer_email"]) == (DIRECT, "guest@example.com")
    assert 30 * 60 <= page["expires_at"] - page["created"] <= 32 * 60


def test_asking_again_gives_the_same_page(house: House) -> None:
    booking_id = house.book()

    first, second = house.open(booking_id), house.open(booking_id)

    assert (first.status, second.status) == ("created", "existing")
    assert (second.session_id, second.payment_url) == (first.session_id, first.payment_url)


def test_a_paid_booking_has_no_page(house: House) -> None:
    booking_id = house.authorised()

    authorised = house.open(booking_id)
    house.approve(booking_id)
    house.settle()
    house.ends(booking_id)
    captured = house.open(booking_id)

    for answer in (authorised, captured):
        assert (answer.status, answer.payment_url, answer.amount) == ("paid", None, eur(15000))


def test_asking_after_paying_says_paid_though_no_notice_came(house: House) -> None:
    booking_id = house.book()
    house.stripe.drop_events(times=None)
    house.stripe.pay(house.open(booking_id).session_id)

    assert house.open(booking_id).status == "paid"


def test_a_page_that_ran_out_is_followed_by_a_new_one(house: House) -> None:
    booking_id = house.book(minutes=30 * 60)
    house.stripe.drop_events(times=None)
    first = house.open(booking_id)
    house.stripe.advance(25 * 3600)
    house.advance(25 * 60)

    second = house.open(booking_id)

    assert second.status == "created"
    assert second.session_id != first.session_id
    assert house.events(booking_id) == ["PaymentSessionOpened", "PaymentSessionExpired", "PaymentSessionOpened"]


def test_another_amount_closes_the_old_page_and_opens_a_new_one(house: House) -> None:
    booking_id = house.book()
    first = house.open(booking_id)
    house.reprice(booking_id, eur(18000))

    second = house.open(booking_id)

    assert (second.status, second.amount) == ("created", eur(18000))
    assert [page["status"] for page in pages_at(house)] == ["expired", "open"]
    assert first.session_id == house.event(booking_id, "PaymentSessionExpired")["session_id"]


def test_another_amount_for_what_was_just_paid_says_paid(house: House) -> None:
    booking_id = house.book()
    house.stripe.drop_events(times=None)
    house.stripe.pay(house.open(booking_id).session_id)
    house.reprice(booking_id, eur(18000))

    answer = house.open(booking_id)

    assert (answer.status, answer.amount) == ("paid", eur(15000))


def test_a_card_refused_on_the_page_may_be_followed_by_a_better_one(house: House) -> None:
    booking_id = house.book()
    session = house.open(booking_id)
    with pytest.raises(Exception, match="402"):
        house.stripe.pay(session.session_id, "4000000000000002")
    house.settle()
    between = house.open(booking_id)
    house.stripe.pay(session.session_id)
    house.settle()

    assert (between.status, between.session_id) == ("existing", session.session_id)
    assert house.events(booking_id) == ["PaymentSessionOpened", "PaymentAuthorized"]


def test_a_foreign_return_address_is_refused_before_anything_happens(house: House) -> None:
    booking_id = house.book()

    with pytest.raises(Refusal) as refused:
        house.open(booking_id, success_url="https://evil.example/")

    assert refused.value.code == "INVALID_RETURN_URL"
    assert house.sql("SELECT * FROM payment") == []


def test_a_booking_that_has_ended_meanwhile_gets_no_page(house: House) -> None:
    booking_id = house.book()
    payable = house.payables[booking_id]
    house.cancel(booking_id)
    house.payables[booking_id] = payable  # what bookings said a moment before

    with pytest.raises(Refusal) as refused:
        house.open(booking_id)

    assert refused.value.code == "BOOKING_NOT_PAYABLE"


def test_the_same_idempotency_key_gives_the_same_answer(house: House) -> None:
    booking_id = house.book()

    first, second = (house.open(booking_id, key="k" * 16) for _ in range(2))

    assert first == second
    assert second.status == "created"


def at_once(count: int, ask: Callable[[], Any], patch: pytest.MonkeyPatch) -> list[Any]:
    """Everyone looks for a live payment before anyone begins one."""
    gate, through = threading.Barrier(count), threading.local()
    found = SqlPayments.live_of

    def looked(payments: SqlPayments, *which: Any) -> Payment | None:
        live = found(payments, *which)
        if not getattr(through, "gate", False):
            through.gate = True
            gate.wait()
        return live

    patch.setattr(SqlPayments, "live_of", looked)
    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(ask) for _ in range(count)]]


def test_many_at_once_get_one_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    booking_id = house.book()

    answers = at_once(6, lambda: house.open(booking_id), monkeypatch)

    assert len({answer.session_id for answer in answers}) == 1
    assert sorted(answer.status for answer in answers) == ["created", *["existing"] * 5]
    assert len(pages_at(house)) == 1
    assert house.events(booking_id) == ["PaymentSessionOpened"]


def test_without_the_index_many_at_once_would_begin_many(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of one live payment for each booking."""
    booking_id = house.book()
    (index,) = house.sql("SELECT indexdef FROM pg_indexes WHERE indexname = 'payment_one_live_per_booking'")
    house.sql("DROP INDEX payment_one_live_per_booking")
    try:
        at_once(6, lambda: house.open(booking_id), monkeypatch)
        begun = len(house.sql("SELECT id FROM payment"))
    finally:
        house.sql("TRUNCATE payment CASCADE")
        house.sql(index["indexdef"])

    assert begun > 1


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE payment SET captured = amount + 1",
        "UPDATE payment SET captured = 100, refunded = 101",
        "UPDATE payment SET status = 'LOST'",
        """INSERT INTO payment (id, booking_id, hotel, status, version, amount, currency, hold_expires_at)
           SELECT id || 'x', booking_id, hotel, status, version, amount, currency, hold_expires_at FROM payment""",
        """INSERT INTO ledger (payment_id, booking_id, kind, amount, currency, provider_id, at, why)
           SELECT payment_id, booking_id, kind, amount, currency, provider_id, at, why
           FROM ledger WHERE kind = 'authorise'""",
        """INSERT INTO ledger (payment_id, booking_id, kind, amount, currency, provider_id, at, why)
           SELECT payment_id, booking_id, kind, amount, currency, 'ch_other', at, why
           FROM ledger WHERE kind = 'capture'""",
    ],
)
def test_the_database_itself_refuses_impossible_money(house: House, broken: str) -> None:
    house.captured()

    with pytest.raises(sa.exc.IntegrityError):
        house.sql(broken)

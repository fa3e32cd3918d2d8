"""Card payments towards what a guest in house owes: one page at a time, taken only when bookings says so, kept once."""

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings import BalanceSettled
from contracts.values import SYSTEM
from tests.interface.payments.house import HOTEL, House, eur

ADDED = eur(10900)


def authorised(house: House) -> str:
    """A booking paid and confirmed, whose guest's card is good for the added night too."""
    booking_id = house.captured()
    house.owes(booking_id, ADDED)
    house.stripe.pay(house.open(booking_id).session_id)
    house.settle()
    return booking_id


def paid(house: House) -> str:
    booking_id = authorised(house)
    house.accept(booking_id)
    house.settle()
    return booking_id


def kept(house: House, booking_id: str) -> list[tuple[str, int, int]]:
    rows = house.sql(
        "SELECT purpose, captured, refunded FROM payment WHERE booking_id = :id ORDER BY created_at", id=booking_id
    )
    return [(row["purpose"], row["captured"], row["refunded"]) for row in rows]


def agree(house: House, booking_id: str) -> bool:
    return sorted(house.ledger(booking_id)) == sorted(house.journal(booking_id))


def test_the_page_is_the_balances_own_beside_what_was_paid(house: House) -> None:
    booking_id = house.captured()
    assert house.open(booking_id).status == "paid"
    house.owes(booking_id, ADDED)

    first, again = house.open(booking_id), house.open(booking_id)

    assert (first.status, again.status, first.amount) == ("created", "existing", ADDED)
    assert first.session_id == again.session_id
    assert [row[0] for row in kept(house, booking_id)] == ["BOOKING", "EXTENSION"]


def test_nothing_is_taken_before_bookings_says_yes_and_then_at_once(house: House) -> None:
    booking_id = authorised(house)
    assert (house.status(booking_id), house.open(booking_id).status) == ("AUTHORIZED", "paid")
    assert house.calls(booking_id, "capture") == [(1, "DONE")]  # the booking's own

    house.accept(booking_id)
    house.settle()

    assert house.status(booking_id) == "CAPTURED"
    assert kept(house, booking_id) == [("BOOKING", 15000, 0), ("EXTENSION", 10900, 0)]
    assert agree(house, booking_id)


def test_what_bookings_refuses_is_let_go(house: House) -> None:
    booking_id = authorised(house)

    house.refuse(booking_id)
    house.settle()

    assert house.status(booking_id) == "VOIDED"
    assert house.ledger(booking_id)[-2:] == [("authorise", 10900), ("void", 10900)]
    assert kept(house, booking_id)[0] == ("BOOKING", 15000, 0)
    assert agree(house, booking_id)


def test_bookings_may_say_yes_twice_and_the_webhooks_come_again(house: House) -> None:
    booking_id = paid(house)

    house.accept(booking_id)
    for delivery in list(house.inbox.deliveries):
        house.notice(*delivery)
    house.settle()

    assert house.events(booking_id).count("PaymentCaptured") == 2  # the booking's and the balance's
    assert agree(house, booking_id)


def test_one_balance_after_another_is_paid(house: House) -> None:
    booking_id = paid(house)
    house.owes(booking_id, eur(5000))

    assert house.open(booking_id).status == "created"


@pytest.mark.parametrize(
    ("fee", "expected"),
    [
        (25900, [("BOOKING", 15000, 0), ("EXTENSION", 10900, 0)]),
        (18000, [("BOOKING", 15000, 0), ("EXTENSION", 10900, 7900)]),
        (15000, [("BOOKING", 15000, 0), ("EXTENSION", 10900, 10900)]),
        (4000, [("BOOKING", 15000, 11000), ("EXTENSION", 10900, 10900)]),
        (0, [("BOOKING", 15000, 15000), ("EXTENSION", 10900, 10900)]),
    ],
)
def test_a_stay_called_off_keeps_its_fee_once_over_both_payments(
    house: House, fee: int, expected: list[tuple[str, int, int]]
) -> None:
    booking_id = paid(house)

    house.cancel(booking_id, fee=fee)
    house.settle()

    assert kept(house, booking_id) == expected
    assert sum(captured - refunded for _, captured, refunded in kept(house, booking_id)) == fee
    assert agree(house, booking_id)


def test_room_service_is_kept_of_what_was_paid_towards_the_balance(house: House) -> None:
    booking_id = paid(house)

    house.cancel(booking_id, fee=4000, besides=2500)
    house.settle()

    assert kept(house, booking_id) == [("BOOKING", 15000, 11000), ("EXTENSION", 10900, 8400)]
    assert agree(house, booking_id)


def test_an_open_page_of_a_stay_called_off_is_closed(house: House) -> None:
    booking_id = house.captured()
    house.owes(booking_id, ADDED)
    house.open(booking_id)

    house.cancel(booking_id, fee=15000)
    house.settle()

    assert house.status(booking_id) == "SESSION_EXPIRED"
    assert kept(house, booking_id)[0] == ("BOOKING", 15000, 0)


def test_what_is_authorised_of_a_stay_called_off_is_let_go(house: House) -> None:
    booking_id = authorised(house)

    house.cancel(booking_id, fee=15000)
    house.settle()

    assert house.status(booking_id) == "VOIDED"
    assert agree(house, booking_id)


def test_a_page_for_more_than_is_left_after_the_desk_is_closed_and_one_for_less_is_not(house: House) -> None:
    booking_id = house.captured()
    house.owes(booking_id, ADDED)
    house.open(booking_id)

    for left, status in ((10900, "SESSION_OPEN"), (900, "SESSION_EXPIRED")):
        house.say(
            BalanceSettled(
                booking_id=booking_id,
                hotel=HOTEL,
                amount=eur(10000),
                balance_due=eur(left),
                settled_at=house.now(),
                settled_by=SYSTEM,
            )
        )
        house.settle()
        assert house.status(booking_id) == status


def test_an_amount_that_changed_gets_a_page_of_its_own(house: House) -> None:
    booking_id = house.captured()
    house.owes(booking_id, ADDED)
    old = house.open(booking_id)
    house.owes(booking_id, eur(21800))

    new = house.open(booking_id)

    assert (new.status, new.amount, new.session_id != old.session_id) == ("created", eur(21800), True)


def test_nothing_owed_nothing_to_pay_on(house: House) -> None:
    booking_id = house.captured()
    house.owes(booking_id, ADDED)
    house.ends(booking_id)

    with pytest.raises(Refusal) as caught:
        house.open(booking_id)

    assert caught.value.code == "BOOKING_NOT_PAYABLE"


SECOND = """
    INSERT INTO payment (id, booking_id, hotel, status, version, amount, currency, hold_expires_at, purpose)
    VALUES (:name, :id, 'h', :status, 1, 100, 'EUR', now(), :purpose)
"""


@pytest.mark.parametrize(
    ("purpose", "status", "index"),
    [
        ("EXTENSION", "SESSION_OPEN", "payment_one_unfinished_per_balance"),
        ("EXTENSION", "AUTHORIZED", "payment_one_unfinished_per_balance"),
        ("BOOKING", "SESSION_OPEN", "payment_one_live_per_booking"),
        ("BOOKING", "CAPTURED", "payment_one_live_per_booking"),
    ],
)
def test_the_database_lets_no_second_one_in(house: House, purpose: str, status: str, index: str) -> None:
    booking_id = authorised(house)
    second = {"name": "pay_second", "id": booking_id, "status": status, "purpose": purpose}

    with pytest.raises(sa.exc.IntegrityError, match=index):
        house.sql(SECOND, **second)

    with house.engine.connect() as connection:  # the negative control, rolled back
        connection.execute(sa.text(f"DROP INDEX {index}"))
        connection.execute(sa.text(SECOND), second)
        connection.rollback()

"""The charges of a cancellation in house: nights slept and tonight, and the rest unless it is waived."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.bookings.events import BookingCancelled
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import InHouse
from contracts.values import Money
from services.bookings.actions import cancel
from services.bookings.domain import cancellation_fees, evolution
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from tests.unit.bookings.builders import ANNA, NOW, a_booking, a_card, a_price, eur


def in_house(**overrides: Any) -> Booking:
    """Three nights at 120, 100 and 100 with 9 % tax: 348.80."""
    usual = {"status": BookingStatus.IN_HOUSE, "assigned_room_number": "101"}
    return a_booking(**usual | overrides)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2030, 6, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "used"),
    [
        (at(10, 22), 13080),  # the first evening: one night
        (at(11, 8), 23980),  # one slept, and tonight
        (at(11, 22), 23980),
        (at(11, 23), 34880),  # midnight in Dublin: two slept, and tonight
        (at(12), 34880),
        (at(13, 9), 34880),  # the morning of departure: all slept, and never more than the stay
        (at(20), 34880),
    ],
)
def test_a_waiver_in_house_leaves_the_nights_slept_and_tonight_owed(now: datetime, used: int) -> None:
    waived = cancellation_fees.charges(in_house(), now, waived=True)

    assert (waived.fee, waived.refund, waived.balance_due) == (eur(used), eur(34880 - used), eur(0))
    assert waived.rule == "NIGHTS_USED"


@pytest.mark.parametrize("now", [at(10, 22), at(11), at(13)])
def test_a_cancellation_in_house_without_a_waiver_costs_the_whole_stay(now: datetime) -> None:
    money = cancellation_fees.charges(in_house(), now)

    assert (money.fee, money.refund, money.rule) == (eur(34880), eur(0), "STAY_BEGUN")


def test_what_was_waived_of_the_price_is_no_fee_of_a_cancellation_in_house() -> None:
    """A change made the stay dearer, and the hotel waived the difference of 48.80."""
    changed = in_house(waived=eur(4880), captured=eur(30000))

    whole, used = cancellation_fees.charges(changed, at(12)), cancellation_fees.charges(changed, at(12), waived=True)

    assert (whole.fee, whole.balance_due, whole.refund) == (eur(30000), eur(0), eur(0))
    assert (used.fee, used.balance_due) == (eur(30000), eur(0))


def test_the_preview_in_house_names_the_amount_after_a_waiver() -> None:
    assert cancellation_fees.charges(in_house(), at(11)).description == (
        "The stay has begun: the hotel keeps the whole stay: EUR 348.80. "
        "A waiver would give up all but the nights slept and tonight: EUR 239.80."
    )
    assert cancellation_fees.charges(in_house(), at(12)).description.endswith("the whole stay: EUR 348.80.")


def test_tonight_is_the_hotels_own() -> None:
    tokyo = in_house(card=a_card(timezone="Asia/Tokyo"))

    assert cancellation_fees.charges(tokyo, at(10, 14), waived=True).fee == eur(13080)  # 23:00 in Tokyo
    assert cancellation_fees.charges(tokyo, at(10, 15), waived=True).fee == eur(23980)  # midnight


def test_a_discount_is_shared_by_the_nights_used() -> None:
    price = a_price(discount=eur(3200), tax=eur(2592), total=eur(31392))

    money = cancellation_fees.charges(in_house(price=price, captured=eur(31392)), at(10, 22), waived=True)

    assert (money.fee, money.refund) == (eur(11772), eur(19620))  # 120 less 10 %, with tax


@pytest.mark.parametrize(
    ("currency", "nights", "total", "one_night"),
    [
        ("JPY", (100, 100, 101), 328, 109),
        ("KWD", (10010, 10010, 10010), 32740, 10910),
        ("ISK", (1000, 1000, 1000), 3300, 1100),
    ],
)
def test_the_share_is_rounded_to_what_can_be_charged(
    currency: str, nights: tuple[int, ...], total: int, one_night: int
) -> None:
    def money(amount: int) -> Money:
        return Money(amount, currency)

    price = a_price(
        nights=tuple(map(money, nights)),
        subtotal=money(sum(nights)),
        discount=money(0),
        tax=money(total - sum(nights)),
        total=money(total),
    )

    assert cancellation_fees.nights_used(price, 1) == money(one_night)
    assert cancellation_fees.nights_used(price, 3) == money(total)


def test_without_a_card_the_balance_shrinks_by_what_is_given_up() -> None:
    booking = in_house(payment_status="NONE", captured=None, balance_due=eur(34880))

    assert cancellation_fees.charges(booking, at(11)).balance_due == eur(34880)
    assert cancellation_fees.charges(booking, at(11), waived=True).balance_due == eur(23980)


def test_the_desk_is_owed_the_part_of_added_nights_that_no_card_paid() -> None:
    """One night at 100 and tax was added: 109.00, to be settled at the desk."""
    nights = (*a_price().nights, eur(10000))
    price = a_price(nights=nights, subtotal=eur(42000), tax=eur(3780), total=eur(45780))
    longer = in_house(price=price, captured=eur(34880), balance_due=eur(10900), check_out=date(2030, 6, 14))

    whole, after_one, after_three = (
        cancellation_fees.charges(longer, at(11)),
        cancellation_fees.charges(longer, at(10, 22), waived=True),
        cancellation_fees.charges(longer, at(13), waived=True),
    )

    assert (whole.fee, whole.refund, whole.balance_due) == (eur(45780), eur(0), eur(10900))
    assert (after_one.fee, after_one.refund, after_one.balance_due) == (eur(13080), eur(21800), eur(0))
    assert (after_three.fee, after_three.refund, after_three.balance_due) == (eur(45780), eur(0), eur(10900))


def test_a_cancellation_in_house_is_settled_as_of_its_decision() -> None:
    booking = in_house(in_house=InHouse(wifi_ssid="s", wifi_password="p", room_pin="1234"))
    action = PendingAction(
        id="a", kind=ActionKind.CUT_SHORT, by=ANNA, started_at=at(11), left_on=date(2030, 6, 11), waive_fee=True
    )

    fact = cancel.in_house(booking, action)

    assert isinstance(fact, BookingCancelled)
    assert (fact.cancelled_at, fact.fee, fact.released_from) == (at(11), eur(23980), date(2030, 6, 11))
    after = evolution.evolve(booking, fact, at=NOW + timedelta(days=30))
    assert (after.in_house, after.assigned_room_number, after.refund_status) == (None, None, "PENDING")

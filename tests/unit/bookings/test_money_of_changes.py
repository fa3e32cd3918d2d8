"""The money of a change: its fee, what becomes of the difference, and what is captured of an authorisation."""

from dataclasses import replace

import pytest

from contracts.bookings.change_previews import Settlement
from contracts.bookings.status import BookingStatus
from contracts.values import CancellationPolicy, HotelSettings
from services.bookings.domain import (
    cancellation_fees,
    change_results,
    change_rules,
    money_due,
)
from services.bookings.domain.booking import Booking
from tests.unit.bookings.builders import NOW, a_booking, awaiting_approval, eur, unpaid
from tests.unit.bookings.changes import FIXED, FLEXIBLE, HALF, LATE, NO_REFUND, changed, offered, result, wish


@pytest.mark.parametrize(
    ("policy", "late", "waived", "fee"),
    [
        (FLEXIBLE, False, False, 0),
        (FLEXIBLE, True, False, 10900),  # the earliest removed night with tax
        (HALF, True, False, 5450),
        (FIXED, True, False, 2500),
        (NO_REFUND, False, False, 10900),
        (NO_REFUND, True, True, 0),
    ],
)
def test_the_fee_of_a_removed_night(policy: CancellationPolicy, late: bool, waived: bool, fee: int) -> None:
    outcome = result(a_booking(policy=policy), 12000, 10000, late=late, waived=waived)

    assert (outcome.difference, outcome.fee) == (eur(-10900), eur(fee))
    assert outcome.balance.refund == eur(10900 - fee)


def test_fees_of_all_changes_are_at_most_that_of_cancelling_the_stay_first_booked() -> None:
    booking = changed(changed(a_booking(policy=FIXED), 12000, 10000, late=True), 12000, late=True)

    assert booking.change_fees == eur(2500)
    assert cancellation_fees.charges(booking, LATE).fee == eur(0)


def test_a_waived_night_that_is_removed_again_is_not_refunded() -> None:
    longer = changed(a_booking(), 12000, 10000, 10000, 10000, waived=True)
    before_approval = changed(awaiting_approval(authorized=eur(34880)), 12000, 10000, 10000, 10000, waived=True)

    again, captured_again = changed(longer, 12000, 10000, 10000), changed(before_approval, 12000, 10000, 10000)
    shorter = changed(longer, 12000, 10000)

    assert (longer.waived, longer.balance_due) == (eur(10900), eur(0))
    assert (again.waived, money_due.refund_promised(again)) == (eur(0), eur(0))
    assert (shorter.waived, money_due.refund_promised(shorter)) == (eur(0), eur(10900))
    assert money_due.to_capture(captured_again) == eur(34880)


def test_no_fee_is_more_than_the_amount_by_which_the_total_falls() -> None:
    assert result(a_booking(policy=FIXED), 12000, 10000, 9990, late=True).fee == eur(11)


def test_a_guest_in_house_who_leaves_earlier_pays_the_whole_stay_unless_waived() -> None:
    booking = a_booking(status=BookingStatus.IN_HOUSE)

    assert result(booking, 12000).fee == eur(21800)
    assert result(booking, 12000, waived=True).balance.refund == eur(21800)


@pytest.mark.parametrize(
    ("booking", "nights", "first", "settlement"),
    [
        (a_booking(), (12000, 10000), False, Settlement.REFUND),
        (a_booking(), (12000, 10000, 10000), False, Settlement.NONE),
        (a_booking(), (12000, 10000, 10000, 10000), False, Settlement.OWED),
        (a_booking(), (12000, 10000, 10000, 10000), True, Settlement.PAY_FIRST),
        (a_booking(), (12000, 10000, 10020), True, Settlement.OWED),  # below what a card can take
        (a_booking(balance_due=eur(10900), captured=eur(23980)), (12000, 10000), False, Settlement.NONE),
        (awaiting_approval(authorized=eur(34880)), (12000, 10000), False, Settlement.CAPTURE_LESS),
        (awaiting_approval(authorized=eur(34880)), (12000, 10000, 10000, 10000), False, Settlement.OWED),
        (awaiting_approval(), (12000, 10000), False, Settlement.CAPTURE_LESS),  # authorised by an earlier release
        (unpaid(), (12000, 10000), False, Settlement.NONE),
    ],
)
def test_what_becomes_of_the_difference(
    booking: Booking, nights: tuple[int, ...], first: bool, settlement: Settlement
) -> None:
    assert result(booking, *nights, first=first).settlement is settlement


@pytest.mark.parametrize(("guest", "staff"), [("first", "owed"), ("owed", "first")])
def test_who_pays_first_is_a_setting(guest: str, staff: str) -> None:
    booking = a_booking(settings=HotelSettings(change_payment_guest=guest, change_payment_staff=staff))

    assert change_rules.pays_first(booking, as_guest=True) == (guest == "first")
    assert change_rules.pays_first(booking, as_guest=False) == (staff == "first")
    assert not change_rules.pays_first(replace(booking, captured=None), as_guest=True)


@pytest.mark.parametrize(
    ("booking", "nights", "taken"),
    [
        (awaiting_approval(authorized=eur(34880)), (12000, 10000), 23980),
        (awaiting_approval(authorized=eur(34880)), (12000, 10000, 10000, 10000), 34880),
        (awaiting_approval(), (12000, 10000, 10000), 34880),
        (awaiting_approval(policy=NO_REFUND), (12000, 10000), 34880),  # the fee is captured as well
    ],
)
def test_an_authorisation_is_captured_as_far_as_the_stay_costs(
    booking: Booking, nights: tuple[int, ...], taken: int
) -> None:
    assert money_due.to_capture(changed(booking, *nights)) == eur(taken)


def test_the_parts_of_the_nights_add_up_to_the_new_total() -> None:
    lines = change_results.lines(a_booking(), wish(3), offered(3333, 3333, 3334), now=NOW)

    assert sum((line.amount for line in lines), start=eur(0)) == offered(3333, 3333, 3334).price.total
    assert [line.agreed for line in lines] == [True, True, True]

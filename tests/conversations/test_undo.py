"""Undo over all services: money is never moved twice by going forth and back, nights and rooms are as before."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings.asks import CancelBooking
from contracts.bookings.balance import SettleBalance
from contracts.bookings.queries import GetBooking
from contracts.bookings.status import BookingStatus as Status
from contracts.bookings.stay_changes import ChangeBooking, PreviewChange, RequestedChange
from contracts.bookings.stays import CheckIn, CheckOut, MarkNoShow
from contracts.bookings.undo import PreviewUndo, UndoCheckIn, UndoCheckOut, UndoNoShow, UndoPreview
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.rooms.events import RoomStatus
from contracts.rooms.undo import UndoStep
from hotelmate.invariants.catalogue import examine
from tests.conversations import actions
from tests.conversations.balances import books_agree, page, pays
from tests.conversations.conftest import STAFF, PlatformFixture
from tests.conversations.test_endings import (
    about,
    confirmed,
    left_by_night,
    living,
    noon_after,
    three_nights,
    to_local,
)
from tests.conversations.test_invariants import examination

READY = RoomStatus.READY_FOR_GUEST
CHECKED = ("I1", "I2", "I3", "I4", "I7", "I8", "I9", "I13")


def undo_check_in(created: CreatedBooking) -> UndoCheckIn:
    return UndoCheckIn(**about(created, room_status=READY))


def done(fixture: PlatformFixture, command: Any) -> BookingDetail:
    """The booking after the command, once all services are at rest."""
    fixture.platform.ask(command, STAFF)
    fixture.settle()
    booking = fixture.platform.ask(GetBooking(hotel=command.hotel, booking_id=command.booking_id), STAFF)
    assert_equation(fixture, command.booking_id)
    return booking


def assert_equation(fixture: PlatformFixture, booking_id: str) -> None:
    """Captured + settled - refunded + balance = what the booking costs, by the booking and by the provider."""
    with fixture.platform.services["bookings"].engine.connect() as connection:
        row = connection.execute(sa.text("SELECT * FROM booking WHERE id = :id"), {"id": booking_id}).one()
    amounts = {name: getattr(row, name) or 0 for name in ("captured", "refunded", "settled", "served", "balance_due")}
    called_off = row.status in (Status.CANCELLED, Status.NO_SHOW)
    costs = ((row.cancellation_fee or 0) if called_off else row.total_amount) + amounts["served"]
    has = amounts["captured"] - amounts["refunded"]
    assert has + amounts["settled"] + amounts["balance_due"] == costs, dict(amounts, costs=costs, status=row.status)
    moved = sum({"capture": amount, "refund": -amount}.get(kind, 0) for kind, amount in fixture.movements())
    assert moved == has, "the provider has moved other money"


def examined(fixture: PlatformFixture) -> None:
    with examination(fixture) as (context, _):
        assert examine(context, only=CHECKED) == []


def no_show(fixture: PlatformFixture, **over: Any) -> CreatedBooking:
    """A booking of three nights, paid by card, which the clock has marked on the second day; its refund is done."""
    created = confirmed(fixture, **{**three_nights(fixture), **over})
    to_local(fixture, noon_after(created))
    assert fixture.booking(created).status is Status.NO_SHOW
    return created


def preview(fixture: PlatformFixture, created: CreatedBooking, step: UndoStep) -> UndoPreview:
    return fixture.platform.ask(PreviewUndo(**about(created, step=step, room_status=READY)), STAFF)


def cancel(created: CreatedBooking) -> CancelBooking:
    return CancelBooking(**about(created, reason="ill"))


def cancel_free(created: CreatedBooking) -> CancelBooking:
    return CancelBooking(**about(created, reason="our boiler broke", waive_fee=True))


def test_an_undone_no_show_keeps_the_fee_towards_the_stay(fixture: PlatformFixture) -> None:
    before = left_by_night(fixture, 4)
    created = no_show(fixture)
    marked = fixture.booking(created)
    movements, total, fee = fixture.movements(), marked.total_amount, marked.cancellation_fee
    assert fee is not None
    assert movements[-1] == ("refund", (total - fee).amount)
    said = preview(fixture, created, UndoStep.NO_SHOW)
    assert (said.allowed, said.status, said.first_night, said.room_number) == (
        True, Status.CONFIRMED, fixture.today(), None,
    )  # fmt: skip

    after = done(fixture, UndoNoShow(**about(created, reason="The flight was late.")))

    assert fixture.movements() == movements
    assert (after.status, after.balance_due, after.cancellation_fee) == (Status.CONFIRMED, total - fee, None)
    assert after.balance_due == said.balance_due
    assert (after.refund_amount, after.late_arrival_expected, after.can_pay) == (total - fee, True, True)
    assert left_by_night(fixture, 3) == [before[1] - 1, before[2] - 1, before[3]]
    examined(fixture)
    fixture.settle()
    assert fixture.booking(created).status is Status.CONFIRMED  # the clock does not strike again
    assert done(fixture, UndoNoShow(**about(created))).version == after.version
    living(fixture, created)
    paid = done(fixture, SettleBalance(**about(created)))
    assert paid.balance_due.is_zero
    done(fixture, CheckOut(**about(created)))
    examined(fixture)
    books_agree(fixture)


@pytest.mark.parametrize("pays_rest", [False, True])
@pytest.mark.parametrize("end", [cancel, cancel_free, "no-show"])
def test_a_later_end_refunds_what_is_then_due_and_never_the_same_twice(
    fixture: PlatformFixture, end: Any, pays_rest: bool
) -> None:
    created = no_show(fixture)
    done(fixture, UndoNoShow(**about(created)))
    if pays_rest:
        pays(fixture, page(fixture, created))
        assert fixture.booking(created).balance_due.is_zero

    if end == "no-show":
        to_local(fixture, noon_after(created) + timedelta(days=3))
        ended = fixture.booking(created)
        assert ended.status is Status.NO_SHOW
    else:
        ended = done(fixture, end(created))

    assert_equation(fixture, created.booking.id)
    assert ended.cancellation_fee is not None
    ledger: dict[str, int] = {"capture": 0, "refund": 0}
    for kind, amount in fixture.movements():
        ledger[kind] = ledger.get(kind, 0) + amount
    assert ledger["capture"] - ledger["refund"] + fixture.booking(created).balance_due.amount == (
        ended.cancellation_fee.amount
    )
    assert fixture.booking(created).refund_status in (None, "SUCCEEDED")
    examined(fixture)
    books_agree(fixture)


@pytest.mark.parametrize("times", [3])
def test_going_forth_and_back_moves_no_money_again(fixture: PlatformFixture, times: int) -> None:
    created = no_show(fixture, check_out=fixture.today() + timedelta(days=2))
    movements, marked = fixture.movements(), fixture.booking(created)
    for _ in range(times):
        done(fixture, UndoNoShow(**about(created)))
        with fixture.platform.services["bookings"].engine.begin() as connection:
            connection.execute(sa.text("UPDATE booking SET late_arrival_expected = false"))
        after = done(fixture, MarkNoShow(**about(created)))
        assert (after.status, after.cancellation_fee) == (Status.NO_SHOW, marked.cancellation_fee)
        assert after.balance_due.is_zero

    assert fixture.movements() == movements
    examined(fixture)


def test_a_no_show_without_a_card_is_undone_and_owes_its_price(fixture: PlatformFixture) -> None:
    booking = actions.confirmed(fixture, nights=3)
    created = CreatedBooking(booking=booking, guest_token="")
    to_local(fixture, noon_after(created))
    fee = fixture.booking(created).balance_due
    done(fixture, SettleBalance(**about(created)))

    after = done(fixture, UndoNoShow(**about(created)))

    assert after.balance_due == booking.total_amount - fee
    assert fixture.movements() == []
    examined(fixture)


def reason(fixture: PlatformFixture, command: Any) -> Any:
    refusal = actions.refusal(fixture, command)
    return refusal.details.get("reason", refusal.code)


def test_a_no_show_is_undone_only_once_its_refund_and_its_release_are_done(fixture: PlatformFixture) -> None:
    created = confirmed(fixture, **three_nights(fixture))
    staff_booking = CreatedBooking(booking=actions.confirmed(fixture, nights=3), guest_token="")
    fixture.settle()
    with fixture.platform.services["bookings"].unit_of_work.read() as work:
        now = work.now
    fixture.platform.advance(timedelta(days=2) - (now - now.replace(hour=11, minute=30)))
    for each in (created, staff_booking):
        fixture.platform.ask(MarkNoShow(**about(each)), STAFF)

    assert reason(fixture, UndoNoShow(**about(created))) == "REFUND_PENDING"
    # The event of the no-show is still on its way to rooms: it would release what is sold again before it.
    assert reason(fixture, UndoNoShow(**about(staff_booking))) == "ACTION_IN_PROGRESS"
    said = preview(fixture, staff_booking, UndoStep.NO_SHOW)
    assert [each.code for each in said.refusals] == ["ACTION_IN_PROGRESS"]

    fixture.settle()
    for each in (created, staff_booking):
        assert fixture.platform.ask(UndoNoShow(**about(each)), STAFF).status is Status.CONFIRMED
    fixture.settle()
    examined(fixture)


def test_nights_that_were_sold_meanwhile_are_not_taken_back(fixture: PlatformFixture) -> None:
    created = no_show(fixture)
    others = 0
    while True:
        try:
            actions.confirmed(fixture, nights=1)
        except Refusal:
            break
        others += 1
    assert others

    assert [each.code for each in preview(fixture, created, UndoStep.NO_SHOW).refusals] == ["NIGHTS_SOLD"]
    assert reason(fixture, UndoNoShow(**about(created))) == "NIGHTS_SOLD"
    assert fixture.booking(created).status is Status.NO_SHOW
    examined(fixture)


def test_a_booking_whose_no_show_was_undone_is_extended_and_not_changed(fixture: PlatformFixture) -> None:
    created = no_show(fixture)
    fixture.platform.ask(UndoNoShow(**about(created)), STAFF)
    fixture.settle()
    change = RequestedChange(check_out=created.booking.check_out + timedelta(days=1))

    offer = fixture.platform.ask(PreviewChange(**about(created), change=change), STAFF)

    assert [each.code for each in offer.refusals] == ["CHANGE_NOT_ALLOWED"]
    assert actions.refusal(fixture, ChangeBooking(**about(created), change=change)).code == "CHANGE_NOT_ALLOWED"


def test_a_no_show_without_a_night_left_stays_one(fixture: PlatformFixture) -> None:
    created = no_show(fixture, check_out=fixture.today() + timedelta(days=1))

    assert reason(fixture, UndoNoShow(**about(created))) == "NO_NIGHT_LEFT"


def test_a_stay_goes_forth_and_back_and_the_room_with_it(fixture: PlatformFixture) -> None:
    created = confirmed(fixture, **three_nights(fixture))
    room = living(fixture, created)
    before = left_by_night(fixture, 3)

    done(fixture, CheckOut(**about(created)))
    assert left_by_night(fixture, 3) != before
    back = done(fixture, UndoCheckOut(**about(created)))
    assert (back.status, back.assigned_room_number, left_by_night(fixture, 3)) == (Status.IN_HOUSE, room, before)
    assert actions.room(fixture, room).room_status is RoomStatus.OCCUPIED
    examined(fixture)

    out = done(fixture, undo_check_in(created))
    assert (out.status, out.assigned_room_number, left_by_night(fixture, 3)) == (Status.CONFIRMED, room, before)
    assert actions.room(fixture, room).room_status is READY
    examined(fixture)

    assert done(fixture, CheckIn(**about(created))).status is Status.IN_HOUSE
    pushed = [name for name, _ in actions.pushed(fixture, f"private-booking-{created.booking.id}")]
    assert {"booking_check_in_undone", "booking_check_out_undone"} <= set(pushed)
    assert pushed.count("booking_checked_in") == 2

"""The nights of an undone no-show: those from today on are sold again, all or none."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings.stays import BookingNoShow
from contracts.rooms.events import InventoryHeld
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.undo import HoldAgain, UndoStep
from services.rooms.store import nights
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, at_once, day
from tests.interface.rooms.test_occupancy import ended
from tests.interface.rooms.test_undo import check


def holding_again(
    service: RoomsUnderTest, *, booking_id: str = "BK-A", action_id: str = "", released_by: int = 1
) -> HoldAgain:
    """The ask after the no-show, which is the first event of the booking here."""
    action_id = action_id or uuid4().hex
    return HoldAgain(action_id=action_id, booking_id=booking_id, hotel=service.hotel, released_by=released_by)


def no_show(service: RoomsUnderTest, booking_id: str = "BK-A", *, nights: int = 3, room: str = "101") -> None:
    """A no-show of a stay that began yesterday."""
    service.hold(booking_id, 0, nights)
    service.give(booking_id, room)
    service.unit_of_work.moment += timedelta(days=1)
    service.apply(ended(service, BookingNoShow, booking_id))


def reason(service: RoomsUnderTest) -> object:
    said = [each.code for each in check(service, UndoStep.NO_SHOW).refusals]
    refusal = service.refusal(holding_again(service))
    reason = refusal.details.get("reason", refusal.code)
    assert said == [reason], "the preview says something else"
    return reason


def test_nights_whose_release_came_before_the_event_of_the_no_show_are_not_sold_again_yet(
    service: RoomsUnderTest,
) -> None:
    service.hold("BK-A", 0, 3)
    service.ask(ReleaseInventory(hotel=service.hotel, booking_id="BK-A"))

    assert service.refusal(holding_again(service)).code == "ACTION_IN_PROGRESS"
    service.apply(ended(service, BookingNoShow, "BK-A"))
    service.ask(holding_again(service))

    assert service.sold()[:4] == [1, 1, 1, 0]


def test_the_nights_from_today_on_are_sold_again_without_a_room(service: RoomsUnderTest) -> None:
    no_show(service)
    assert service.sold()[:3] == [0, 0, 0]
    assert check(service, UndoStep.NO_SHOW).first_night == day(1)

    reply = service.ask(holding_again(service, action_id="again"))

    assert reply.first_night == day(1)
    assert service.ask(holding_again(service, action_id="again")) == reply
    assert service.sold()[:4] == [0, 1, 1, 0]
    assert service.nights_with_wrong_sold() == []
    [hold] = service.rows("SELECT check_in, check_out, ended_at, version FROM hold")
    assert tuple(hold) == (day(1), day(3), None, 3)
    assert service.rows("SELECT 1 FROM period WHERE live") == []
    held = service.events(InventoryHeld)[-1]
    assert (held.room_type_code, held.check_in, held.check_out) == ("DBL", day(1), day(3))

    service.give("BK-A", "102")
    service.move_in("BK-A")
    service.ask(service.moving_out("BK-A", day(2)))
    assert service.sold()[:3] == [0, 1, 0]


def test_a_second_no_show_releases_the_nights_again(service: RoomsUnderTest) -> None:
    no_show(service)
    service.ask(holding_again(service))

    service.apply(ended(service, BookingNoShow))

    assert service.sold()[:3] == [0, 0, 0]
    service.ask(holding_again(service))
    assert service.sold()[:3] == [0, 1, 1]


def test_nights_that_are_not_released_yet_are_not_sold_twice(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 3)

    assert reason(service) == "ACTION_IN_PROGRESS"
    assert service.sold()[:3] == [1, 1, 1]


def test_full_nights_and_past_nights_are_not_sold_again(service: RoomsUnderTest) -> None:
    no_show(service)
    for number in range(2):
        service.hold(f"BK-{number}", 2, 3)
    assert reason(service) == "NIGHTS_SOLD"
    assert service.sold()[:3] == [0, 0, 2]

    service.unit_of_work.moment += timedelta(days=2)
    assert reason(service) == "NO_NIGHT_LEFT"


def test_a_guest_who_has_slept_here_is_no_no_show(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 3)
    service.give("BK-A", "101")
    service.move_in("BK-A")
    service.unit_of_work.moment += timedelta(days=1)
    service.ask(service.moving_out("BK-A", day(1)))

    assert reason(service) == "NEVER_HAPPENED"


def race(service: RoomsUnderTest, number: int) -> list[object]:
    """An undone no-show and a new booking, which want the last double of a night at the same moment."""
    service.import_hotel()
    service.hold(f"BK-A{number}", 1, 3)
    service.hold(f"BK-B{number}", 1, 3)
    service.apply(ended(service, BookingNoShow, f"BK-A{number}"))
    again, rival = holding_again(service, booking_id=f"BK-A{number}"), service.holding(f"BK-C{number}", 1, 2)
    return at_once([lambda: service.ask(again), lambda: service.ask(rival)])


def test_one_of_an_undone_no_show_and_a_booking_gets_the_last_night(service: RoomsUnderTest) -> None:
    for number in range(8):
        answers = race(service, number)

        refusals = [answer for answer in answers if isinstance(answer, Refusal)]
        assert len(refusals) == 1, answers
        assert refusals[0].details.get("reason", refusals[0].code) in ("NIGHTS_SOLD", "SOLD_OUT")
        assert max(service.sold()) == 2
        assert service.nights_with_wrong_sold() == []


def test_without_the_counters_a_night_is_sold_once_too_often(
    service: RoomsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the constraint of the counters refuses what the statement does not see."""
    text = nights.SELL.text.replace("sold + step > greatest(capacity + overbooking, sold)", "false")
    assert text != nights.SELL.text
    monkeypatch.setattr(nights, "SELL", sa.text(text))
    no_show(service)
    for number in range(2):
        service.hold(f"BK-{number}", 2, 3)

    with pytest.raises(sa.exc.IntegrityError, match="night_no_oversell"):
        service.ask(holding_again(service))

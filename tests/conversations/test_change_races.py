"""A change at the same moment as another command on the same booking: both done in some order, or one refused."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.bookings.approval import ApproveBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.stay_changes import ChangeBooking, RequestedChange
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, MarkNoShow, MoveRoom, UnassignRoom
from contracts.bookings.undo import UndoCheckIn
from contracts.bookings.views import CreatedBooking
from contracts.rooms.events import RoomStatus
from contracts.rooms.stay_changes import ChangeStay
from services.bookings.steps import pending_actions
from tests.conversations import actions
from tests.conversations.balances import about, books_agree
from tests.conversations.conftest import STAFF, PlatformFixture
from tests.conversations.stay_changes import NIGHT, booked, equation_holds, waiting, wished
from tests.conversations.test_any_series_of_changes import examined
from tests.interface.bookings.test_races import at_once

Rival = Callable[[CreatedBooking], Any]
REFUSALS = {
    "ACTION_IN_PROGRESS", "BOOKING_ENDED", "DECISION_MADE", "BOOKING_ALREADY_CHECKED_IN", "NOT_CHECKED_IN",
    "ILLEGAL_TRANSITION", "BOOKING_STATUS_NOT_ASSIGNABLE", "PRICE_CHANGED", "NOTHING_HELD", "CHANGE_NOT_ALLOWED",
}  # fmt: skip


def expected_tonight(fixture: PlatformFixture) -> CreatedBooking:
    """A confirmed booking for tonight and two more nights, with room 101."""
    created = booked(fixture, check_in=fixture.today(), check_out=fixture.today() + 3 * NIGHT)
    fixture.platform.ask(AssignRoom(**about(created), room_number="101"), STAFF)
    return created


def not_come(fixture: PlatformFixture) -> CreatedBooking:
    """A confirmed booking for five nights, whose guest was expected the day before yesterday."""
    created = booked(fixture, check_in=fixture.today(), check_out=fixture.today() + 5 * NIGHT)
    fixture.platform.ask(AssignRoom(**about(created), room_number="101"), STAFF)
    fixture.settle()
    fixture.platform.advance(2 * NIGHT)
    return created


def in_house(fixture: PlatformFixture) -> CreatedBooking:
    created = expected_tonight(fixture)
    fixture.platform.ask(CheckIn(**about(created)), STAFF)
    fixture.settle()
    return created


def later_change(created: CreatedBooking) -> Any:
    return ChangeBooking(**about(created), change=wished(created, longer=1))


RIVALS: list[tuple[Callable[[PlatformFixture], CreatedBooking], Rival]] = [
    (expected_tonight, lambda created: AssignRoom(**about(created), room_number="102")),
    (expected_tonight, lambda created: UnassignRoom(**about(created))),
    (expected_tonight, lambda created: CheckIn(**about(created))),
    (expected_tonight, lambda created: CancelBooking(**about(created))),
    (expected_tonight, later_change),
    (not_come, lambda created: MarkNoShow(**about(created))),
    (waiting, lambda created: ApproveBooking(**about(created))),
    (waiting, lambda created: DeclineBooking(**about(created), reason_code="OTHER")),
    (waiting, lambda created: CancelBooking(**about(created))),
    (in_house, lambda created: ExtendBooking(**about(created), add_nights=1)),
    (in_house, lambda created: MoveRoom(**about(created), to_room_number="102")),
    (in_house, lambda created: CheckOut(**about(created))),
    (in_house, lambda created: UndoCheckIn(**about(created), room_status=RoomStatus.READY_FOR_GUEST)),
]


@pytest.mark.parametrize(("begin", "rival"), RIVALS)
def test_a_change_and_another_command_at_once(
    fixture: PlatformFixture, begin: Callable[[PlatformFixture], CreatedBooking], rival: Rival
) -> None:
    created = begin(fixture)
    change = ChangeBooking(**about(created), change=RequestedChange(check_out=created.booking.check_out - NIGHT))
    other = rival(created)

    answers = at_once(
        lambda: fixture.platform.ask(change, STAFF),
        lambda: fixture.platform.ask(other, STAFF),
    )
    fixture.settle()
    actions.make_timers_due(fixture)

    codes = [answer for answer in answers if isinstance(answer, str)]
    assert len(codes) < 2
    assert set(codes) <= REFUSALS
    examined(fixture)
    books_agree(fixture)


@pytest.mark.parametrize(("begin", "rival"), RIVALS)
def test_no_command_comes_between_a_change_and_the_reply_of_rooms(
    fixture: PlatformFixture, begin: Callable[[PlatformFixture], CreatedBooking], rival: Rival
) -> None:
    created = begin(fixture)
    change = ChangeBooking(**about(created), change=RequestedChange(check_out=created.booking.check_out - NIGHT))
    with actions.process_dies(fixture, ChangeStay, after=True), pytest.raises(Exception, match="crashed"):
        fixture.platform.ask(change, STAFF)

    assert actions.refusal(fixture, rival(created)).code == "ACTION_IN_PROGRESS"

    actions.make_timers_due(fixture)
    assert fixture.booking(created).check_out == created.booking.check_out - NIGHT
    examined(fixture)
    books_agree(fixture)


def test_without_the_pending_action_a_decision_comes_between_a_change_and_its_reply(
    fixture: PlatformFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the booking is approved with the old total, while rooms has changed the stay already."""
    created = waiting(fixture)
    change = ChangeBooking(**about(created), change=wished(created, longer=-1))
    monkeypatch.setattr(pending_actions, "require_none", lambda booking: booking)
    with actions.process_dies(fixture, ChangeStay, after=True), pytest.raises(Exception, match="crashed"):
        fixture.platform.ask(change, STAFF)

    assert fixture.platform.ask(ApproveBooking(**about(created)), STAFF).total_amount == created.booking.total_amount


def test_of_two_changes_to_the_last_free_night_one_succeeds(fixture: PlatformFixture) -> None:
    first = fixture.today() + 30 * NIGHT
    one = booked(fixture, check_in=first, check_out=first + NIGHT, room_type="STE")
    other = booked(fixture, check_in=first + 2 * NIGHT, check_out=first + 3 * NIGHT, room_type="STE")
    wishes = [
        ChangeBooking(**about(one), change=wished(one, longer=1)),
        ChangeBooking(**about(other), change=wished(other, later=-1)),
    ]

    answers = at_once(*(lambda wish=wish: fixture.platform.ask(wish, STAFF) for wish in wishes))
    fixture.settle()

    assert [answer for answer in answers if isinstance(answer, str)] == ["SOLD_OUT"]
    examined(fixture)
    books_agree(fixture)


def test_the_equation_holds_after_a_change_raced_with_its_own_repetition(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=3)
    command = ChangeBooking(**about(created), change=wished(created, longer=-1))

    at_once(*(lambda: fixture.platform.ask(command, STAFF) for _ in range(4)))
    fixture.settle()

    assert fixture.booking(created).nights == 2
    equation_holds(fixture, created)
    books_agree(fixture)

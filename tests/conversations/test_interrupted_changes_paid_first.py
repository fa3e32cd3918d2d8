"""A change that is paid first converges by timers, wherever a process dies, and whatever comes between its steps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from contracts.bookings.asks import CancelBooking
from contracts.bookings.stays import AssignRoom, CheckIn, MarkNoShow, UnassignRoom
from contracts.bookings.views import CreatedBooking
from contracts.message import Ask
from contracts.rooms.settings import ChangeSettings, SettingsChange
from contracts.rooms.waiting_changes import ApplyStayChange, HoldStayChange
from tests.conversations import actions
from tests.conversations.balances import about, advance, books_agree, page, pays, published
from tests.conversations.changes_paid_first import CHANGES, command, held, nights_held, sold
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest
from tests.conversations.stay_changes import NIGHT, booked, captured, equation_holds, wished
from tests.conversations.test_any_series_of_changes import examined


@contextmanager
def every_process_dies(fixture: PlatformFixture, kind: type[Ask[Any]], *, after: bool) -> Iterator[None]:
    """The bookings process crashes at this ask, also where a timer sends it."""
    fixture.platform.ask_from_service = actions.crashing(  # type: ignore[method-assign]
        fixture.platform.ask_from_service, kind, after=after
    )
    try:
        with actions.process_dies(fixture, kind, after=after):
            yield
    finally:
        del fixture.platform.ask_from_service


@pytest.mark.parametrize("after", [False, True], ids=["before rooms is asked", "after rooms has done it"])
def test_a_change_is_held_wherever_the_process_dies(fixture: PlatformFixture, after: bool) -> None:
    created = booked(fixture, nights=2)
    wish = command(created, wished(created, longer=1))
    with every_process_dies(fixture, HoldStayChange, after=after):
        with pytest.raises(Exception, match="crashed"):
            fixture.platform.ask(wish, guest(created))
        fixture.settle()

    actions.make_timers_due(fixture)
    again = fixture.platform.ask(wish, guest(created)).pending_change

    assert again
    assert nights_held(fixture, again.change_id) == 1
    assert published(fixture, created, *CHANGES) == ["StayChangeHeld"]
    equation_holds(fixture, created)
    examined(fixture)


@pytest.mark.parametrize("after", [False, True], ids=["before rooms is asked", "after rooms has done it"])
def test_a_paid_change_is_made_wherever_the_process_dies(fixture: PlatformFixture, after: bool) -> None:
    created = booked(fixture, nights=2)
    _, session = held(fixture, created, wished(created, longer=1))
    with every_process_dies(fixture, ApplyStayChange, after=after):
        pays(fixture, session)
        advance(fixture, timedelta(seconds=3))
        assert actions.refusal(fixture, CancelBooking(**about(created))).code == "ACTION_IN_PROGRESS"
    assert fixture.booking(created).nights == 2

    actions.make_timers_due(fixture)

    assert fixture.booking(created).nights == 3
    assert published(fixture, created, *CHANGES) == ["StayChangeHeld", "StayChanged"]
    equation_holds(fixture, created)
    books_agree(fixture)
    examined(fixture)


def test_a_change_whose_page_was_never_opened_lapses(fixture: PlatformFixture) -> None:
    """The gateway dies between the change and its page."""
    created = booked(fixture, nights=2)
    before = sold(fixture)
    change = fixture.platform.ask(command(created, wished(created, longer=1)), guest(created)).pending_change
    assert change

    advance(fixture, timedelta(minutes=16))

    assert (fixture.booking(created).pending_change, sold(fixture)) == (None, before)
    assert nights_held(fixture, change.change_id) == 0
    examined(fixture)


def expires(fixture: PlatformFixture, _: CreatedBooking) -> None:
    fixture.platform.advance(timedelta(minutes=18))


def cancels(fixture: PlatformFixture, created: CreatedBooking) -> None:
    fixture.platform.ask(CancelBooking(**about(created)), STAFF)


def is_replaced(fixture: PlatformFixture, created: CreatedBooking) -> None:
    fixture.platform.ask(command(created, wished(created, longer=2)), STAFF)


def does_not_come(fixture: PlatformFixture, created: CreatedBooking) -> None:
    fixture.platform.advance(timedelta(days=2))
    fixture.platform.ask(MarkNoShow(**about(created)), STAFF)


def checks_in(fixture: PlatformFixture, created: CreatedBooking) -> None:
    fixture.platform.ask(AssignRoom(**about(created), room_number="101"), STAFF)
    fixture.platform.ask(CheckIn(**about(created)), STAFF)


@pytest.mark.parametrize("rival", [expires, cancels, is_replaced, does_not_come, checks_in])
def test_a_payment_that_nobody_has_heard_of_yet_is_returned(
    fixture: PlatformFixture, rival: Callable[[PlatformFixture, CreatedBooking], None]
) -> None:
    """The guest pays, and before the provider's webhook arrives the change is withdrawn."""
    first = SettingsChange(change_payment_staff="first")
    fixture.platform.ask(ChangeSettings(hotel=HOTEL, change=first), STAFF)
    created = booked(fixture, check_in=fixture.today(), check_out=fixture.today() + 2 * NIGHT)
    change, session = held(fixture, created, wished(created, longer=1), STAFF)
    fixture.stripe.pay(session.session_id)

    rival(fixture, created)
    fixture.settle()
    fixture.settle()

    after = fixture.booking(created)
    waits = after.pending_change
    assert waits is None or waits.change_id != change.change_id
    assert published(fixture, created, "StayChangeLapsed") == ["StayChangeLapsed"]
    equation_holds(fixture, created)
    books_agree(fixture)
    examined(fixture)
    if waits:
        pays(fixture, page(fixture, created))
        advance(fixture, timedelta(seconds=3))
        assert fixture.booking(created).nights == 4
        equation_holds(fixture, created)


def test_a_room_that_is_taken_back_while_the_change_waits_is_not_given_again(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    fixture.platform.ask(AssignRoom(**about(created), room_number="101"), STAFF)
    _, session = held(fixture, created, wished(created, longer=1))
    fixture.platform.ask(UnassignRoom(**about(created)), STAFF)

    pays(fixture, session)
    advance(fixture, timedelta(seconds=3))

    after = fixture.booking(created)
    assert (after.nights, after.assigned_room_number) == (3, None)
    assert captured(fixture) == after.total_amount.amount
    examined(fixture)

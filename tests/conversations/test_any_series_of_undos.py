"""Undo over all services: wherever the process dies, and whatever the series of steps and undos."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.balance import SettleBalance
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.status import BookingStatus as Status
from contracts.bookings.stays import CheckIn, CheckOut
from contracts.bookings.undo import UndoCheckOut, UndoNoShow
from contracts.bookings.views import CreatedBooking
from contracts.rooms.undo import HoldAgain, UndoMoveIn, UndoMoveOut
from tests.conversations import actions
from tests.conversations.balances import books_agree, page, pays
from tests.conversations.conftest import STAFF, PlatformFixture
from tests.conversations.test_endings import (
    about,
    confirmed,
    living,
    noon_after,
    three_nights,
    to_local,
    with_room,
)
from tests.conversations.test_undo import assert_equation, done, examined, no_show, undo_check_in

STEPS: list[tuple[type[Any], Callable[[CreatedBooking], Any], Status]] = [
    (UndoMoveIn, undo_check_in, Status.CONFIRMED),
    (UndoMoveOut, lambda created: UndoCheckOut(**about(created)), Status.IN_HOUSE),
    (HoldAgain, lambda created: UndoNoShow(**about(created)), Status.CONFIRMED),
]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True], ids=["before rooms is asked", "after rooms has done it"])
def test_an_undo_converges_wherever_the_process_dies(
    fixture: PlatformFixture, step: tuple[type[Any], Callable[[CreatedBooking], Any], Status], after: bool
) -> None:
    ask, command, status = step
    if ask is HoldAgain:
        created = no_show(fixture)
    else:
        created = confirmed(fixture, **three_nights(fixture))
        living(fixture, created)
    if ask is UndoMoveOut:
        done(fixture, CheckOut(**about(created)))

    with actions.process_dies(fixture, ask, after=after):
        with pytest.raises(Exception, match="crashed"):
            fixture.platform.ask(command(created), STAFF)
        fixture.settle()
    assert actions.refusal(fixture, command(created)).code == "ACTION_IN_PROGRESS"
    actions.make_timers_due(fixture)

    assert fixture.booking(created).status is status
    assert_equation(fixture, created.booking.id)
    assert done(fixture, command(created)).status is status  # the repetition
    examined(fixture)


@pytest.mark.parametrize("seed", range(4))
def test_the_equation_holds_over_any_series_of_steps_and_undos(fixture: PlatformFixture, seed: int) -> None:
    choices = random.Random(seed)
    created = confirmed(fixture, **three_nights(fixture))
    steps = {
        "assign": lambda: with_room(fixture, created),
        "check in": lambda: done(fixture, CheckIn(**about(created, late_arrival=True))),
        "check out": lambda: done(fixture, CheckOut(**about(created))),
        "extend": lambda: done(fixture, ExtendBooking(**about(created, add_nights=1))),
        "settle": lambda: done(fixture, SettleBalance(**about(created, amount="10.00"))),
        "pay": lambda: fixture.booking(created).can_pay and pays(fixture, page(fixture, created)),
        "undo check-in": lambda: done(fixture, undo_check_in(created)),
        "undo check-out": lambda: done(fixture, UndoCheckOut(**about(created))),
        "undo no-show": lambda: done(fixture, UndoNoShow(**about(created))),
        "wait": lambda: to_local(fixture, noon_after(created) + timedelta(days=choices.randint(0, 1))),
    }
    trace = []
    for _ in range(16):
        name = choices.choice([*steps, "undo no-show", "check in", "assign"])
        if name == "wait" and "wait" in trace:
            continue
        try:
            steps[name]()
        except Refusal as refusal:
            name += f": {refusal.code} {refusal.details.get('reason', '')}"
        trace.append(name)
        assert_equation(fixture, created.booking.id)
    examined(fixture)
    books_agree(fixture)
    assert len(trace) > 10, trace

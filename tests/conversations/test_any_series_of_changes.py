"""Any series of changes: the counters equal a recount, the total its nights, and the money the provider's journal."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.balance import RefundAtDesk, SettleBalance
from contracts.bookings.stay_changes import ChangeBooking, Reprice, RequestedChange
from contracts.bookings.stays import AssignRoom, UnassignRoom
from contracts.bookings.views import CreatedBooking
from contracts.rooms.stay_changes import ChangeStay
from hotelmate.invariants.catalogue import examine
from services.rooms.domain import stay_changes as changes_of_rooms
from tests.conversations import actions
from tests.conversations.balances import about, books_agree, page, pays
from tests.conversations.conftest import STAFF, PlatformFixture, guest
from tests.conversations.stay_changes import (
    NIGHT,
    booked,
    captured,
    equation_holds,
    preview,
    total_is_that_of_its_nights,
    waiting,
    wished,
)
from tests.conversations.test_invariants import examination

CHECKED = ("I1", "I2", "I3", "I4", "I7", "I8", "I9", "I13")
WAIVED = {"waive_difference": True, "reason": "As agreed."}


def examined(fixture: PlatformFixture) -> None:
    with examination(fixture) as (context, _):
        assert examine(context, only=CHECKED) == []


def as_it_is(fixture: PlatformFixture, created: CreatedBooking) -> CreatedBooking:
    return CreatedBooking(booking=fixture.booking(created), guest_token=created.guest_token)


def drawn(choices: random.Random, fixture: PlatformFixture, created: CreatedBooking) -> RequestedChange:
    """A change of the booking as it is now."""
    present = as_it_is(fixture, created)
    longer = choices.choice((-2, -1, 0, 0, 1, 2))
    wishes: list[dict[str, Any]] = [
        {}, {}, {"room_type_code": choices.choice(fixture.room_types())}, {"adults": choices.randint(1, 2)},
        {"reprice": Reprice.ALL}, WAIVED,
    ]  # fmt: skip
    return wished(present, later=choices.randint(-2, 3), longer=longer, **choices.choice(wishes))


@pytest.mark.parametrize("seed", range(4))
def test_the_books_agree_over_any_series_of_changes(fixture: PlatformFixture, seed: int) -> None:
    choices = random.Random(seed)
    created = booked(fixture, nights=3)

    def changes() -> None:
        command = ChangeBooking(**about(created), change=drawn(choices, fixture, created))
        offer = preview(fixture, created, command.change)
        after = fixture.platform.ask(command, STAFF)
        assert (offer.allowed, after.total_amount, after.balance_due) == (True, offer.new_total, offer.balance_due)

    steps: dict[str, Callable[[], Any]] = {
        "change": changes,
        "pay": lambda: fixture.booking(created).can_pay and pays(fixture, page(fixture, created)),
        "settle": lambda: fixture.platform.ask(SettleBalance(**about(created), amount="10.00"), STAFF),
        "refund": lambda: fixture.platform.ask(RefundAtDesk(**about(created), amount="5.00"), STAFF),
        "assign": lambda: fixture.platform.ask(
            AssignRoom(**about(created), room_number=choices.choice(("101", "105", "205"))), STAFF
        ),
        "unassign": lambda: fixture.platform.ask(UnassignRoom(**about(created)), STAFF),
        "wait": lambda: fixture.platform.advance(timedelta(days=3)),
    }
    trace = []
    for _ in range(14):
        name = choices.choice([*steps, *["change"] * 6])
        try:
            steps[name]()
        except Refusal as refusal:
            name += f": {refusal.code}"
        trace.append(name)
        fixture.settle()
        equation_holds(fixture, created)
        total_is_that_of_its_nights(fixture, created)
    examined(fixture)
    assert trace.count("change") > 2, trace

    fixture.platform.ask(CancelBooking(**about(created)), STAFF)
    fixture.settle()
    equation_holds(fixture, created)
    examined(fixture)
    books_agree(fixture)


@pytest.mark.parametrize("seed", range(3))
def test_the_books_agree_after_any_series_of_changes_before_the_approval(fixture: PlatformFixture, seed: int) -> None:
    choices = random.Random(100 + seed)
    created = waiting(fixture, nights=3)
    authorised, made = created.booking.total_amount, 0
    for _ in range(10):
        command = ChangeBooking(**about(created), change=drawn(choices, fixture, created))
        by = choices.choice((STAFF, guest(created)))
        try:
            offer = preview(fixture, created, command.change, by)
            after = fixture.platform.ask(command, by)
        except Refusal:
            continue
        made += 1
        assert (after.total_amount, after.balance_due) == (offer.new_total, offer.balance_due)
        fixture.settle()
        total_is_that_of_its_nights(fixture, created)
        examined(fixture)
    assert made > 2

    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()

    last = fixture.booking(created)
    price = last.total_amount if last.waived is None else last.total_amount - last.waived
    assert captured(fixture) == min(authorised, price).amount
    equation_holds(fixture, created)
    examined(fixture)
    books_agree(fixture)


def test_counters_that_do_not_follow_a_change_are_found(
    fixture: PlatformFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nights that the change removes are not freed."""
    created = booked(fixture, nights=3)
    real = changes_of_rooms.night_changes
    monkeypatch.setattr(
        changes_of_rooms, "night_changes", lambda nights, *, by: real(nights, by=by) if by > 0 else iter(())
    )

    fixture.platform.ask(ChangeBooking(**about(created), change=wished(created, longer=-1)), STAFF)
    fixture.settle()

    with examination(fixture) as (context, _):
        assert {violation.invariant for violation in examine(context, only=CHECKED)} == {"I2"}


@pytest.mark.parametrize("after", [False, True], ids=["before rooms is asked", "after rooms has done it"])
@pytest.mark.parametrize("begin", [booked, waiting])
def test_a_change_converges_wherever_the_process_dies(
    fixture: PlatformFixture, after: bool, begin: Callable[..., CreatedBooking]
) -> None:
    created = begin(fixture, nights=3)
    command = ChangeBooking(**about(created), change=wished(created, later=1, longer=-1))

    with actions.process_dies(fixture, ChangeStay, after=after):
        with pytest.raises(Exception, match="crashed"):
            fixture.platform.ask(command, guest(created))
        fixture.settle()
    assert actions.refusal(fixture, command).code == "ACTION_IN_PROGRESS"
    actions.make_timers_due(fixture)

    changed = fixture.booking(created)
    assert (changed.check_in, changed.nights) == (created.booking.check_in + NIGHT, 2)
    again = fixture.platform.ask(command, STAFF)  # the repetition without a key changes nothing
    assert again.version == changed.version
    fixture.settle()
    if begin is booked:
        equation_holds(fixture, created)
    examined(fixture)

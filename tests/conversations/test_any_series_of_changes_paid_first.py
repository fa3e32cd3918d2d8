"""Any series of changes that are paid first, or not: the counters equal a recount, and the money the journal."""

import contextlib
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.asks import CancelBooking
from contracts.bookings.balance import SettleBalance
from contracts.bookings.stays import AssignRoom, UnassignRoom
from tests.conversations.balances import about, advance, books_agree, page, pays, published
from tests.conversations.changes_paid_first import command
from tests.conversations.conftest import STAFF, PlatformFixture, guest
from tests.conversations.stay_changes import booked, equation_holds, total_is_that_of_its_nights, wished
from tests.conversations.test_any_series_of_changes import as_it_is, examined


@pytest.mark.parametrize("seed", range(2))
def test_the_books_agree_over_any_series_of_changes_paid_first(fixture: PlatformFixture, seed: int) -> None:
    choices = random.Random(seed)
    created = booked(fixture, nights=2)

    def changes() -> None:
        present = as_it_is(fixture, created)
        more: dict[str, Any] = choices.choice(({}, {}, {"room_type_code": choices.choice(fixture.room_types())}))
        wish = wished(present, later=choices.randint(-1, 1), longer=choices.choice((-1, 0, 1, 1, 2)), **more)
        fixture.platform.ask(command(created, wish), choices.choice((guest(created), guest(created), STAFF)))

    def pays_in_time() -> None:
        if fixture.booking(created).can_pay:
            pays(fixture, page(fixture, created))
            advance(fixture, timedelta(seconds=3))

    def pays_and_changes() -> None:
        if fixture.booking(created).can_pay:
            fixture.stripe.pay(page(fixture, created).session_id)
            changes()

    steps: dict[str, Callable[[], Any]] = {
        "change": changes,
        "pay": pays_in_time,
        "pay and change": pays_and_changes,
        "settle": lambda: fixture.platform.ask(SettleBalance(**about(created), amount="10.00"), STAFF),
        "assign": lambda: fixture.platform.ask(
            AssignRoom(**about(created), room_number=choices.choice(("101", "105", "205"))), STAFF
        ),
        "unassign": lambda: fixture.platform.ask(UnassignRoom(**about(created)), STAFF),
        "let lapse": lambda: advance(fixture, timedelta(minutes=20)),
    }
    for _ in range(10):
        name = choices.choice([*steps, *["change", "change", "pay", "pay"]])
        with contextlib.suppress(Refusal, Unavailable):
            steps[name]()
        fixture.settle()
        equation_holds(fixture, created)
        total_is_that_of_its_nights(fixture, created)
    examined(fixture)
    assert {"StayChangeHeld", "StayChanged"} <= set(published(fixture, created, "StayChangeHeld", "StayChanged"))

    fixture.platform.ask(CancelBooking(**about(created)), STAFF)
    fixture.settle()
    equation_holds(fixture, created)
    examined(fixture)
    books_agree(fixture)

"""An end of a hold that waited for another hold of its guest counts from what that one left."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from services.bookings.domain.hold_counts import HoldCount
from services.bookings.store import hold_counts
from services.bookings.work import BookingsWork
from tests.fakes.lock_wait import after_a_wait
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.unit.bookings import builders as build

NAMES = ("address/home", "email/ada")
COUNTERS = [HoldCount(name=name, most_holds=3, most_nights=30) for name in NAMES]
NIGHTS = 3
Step = Callable[[BookingsWork], object]


def add(work: BookingsWork) -> None:
    work.hold_counts.add(build.HOTEL, COUNTERS, nights=NIGHTS)


def remove(work: BookingsWork) -> None:
    booking = build.a_booking(counted_by=NAMES)
    assert booking.stay.nights == NIGHTS
    work.hold_counts.remove([booking])


def remove_two(work: BookingsWork) -> None:
    booking = build.a_booking(counted_by=NAMES)
    work.hold_counts.remove([booking, booking])


def wait(service: BookingsUnderTest, first: Step, second: Step) -> list[tuple[int, int, int, int]]:
    """The guest's two counters after a hold of before, and the two steps."""
    with service.unit_of_work.begin() as work:
        assert isinstance(work, BookingsWork)
        add(work)

    def run_second() -> None:
        with service.unit_of_work.begin() as work:
            second(work)

    after_a_wait(service.engine, service.unit_of_work.begin, first, run_second)
    return [tuple(row) for row in service.rows("SELECT holds, nights, most_holds, most_nights FROM hold_count")]


def test_an_end_that_waited_for_another_hold_leaves_that_one_counted(service: BookingsUnderTest) -> None:
    assert wait(service, add, remove) == [(1, NIGHTS, 3, 30)] * 2


def test_two_ends_that_waited_for_another_hold_leave_that_one_counted(service: BookingsUnderTest) -> None:
    with service.unit_of_work.begin() as work:
        assert isinstance(work, BookingsWork)
        add(work)

    assert wait(service, add, remove_two) == [(1, NIGHTS, 3, 30)] * 2


def test_a_hold_that_waited_for_the_end_of_the_last_one_is_counted(service: BookingsUnderTest) -> None:
    assert wait(service, remove, add) == [(1, NIGHTS, 3, 30)] * 2


def test_the_end_of_the_last_hold_removes_the_counters(service: BookingsUnderTest) -> None:
    with service.unit_of_work.begin() as work:
        assert isinstance(work, BookingsWork)
        add(work)

    assert wait(service, remove, remove) == []


def test_counting_down_the_older_row_would_break_a_constraint(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the same statement, which counts from the row that it updates."""
    mended = (
        "SET holds = rest.holds, nights = rest.nights, most_holds = rest.most_holds, most_nights = rest.most_nights"
    )
    assert mended in hold_counts.DISCOUNT.text
    former = "SET holds = count.holds - 1, nights = count.nights - 3"
    monkeypatch.setattr(hold_counts, "DISCOUNT", sa.text(hold_counts.DISCOUNT.text.replace(mended, former)))

    with pytest.raises(sa.exc.IntegrityError, match="hold_count_holds_check"):
        wait(service, add, remove)

"""A booking is locked before its hold, and bookings in order: what would deadlock on two connections does not."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.messaging.event_dispatcher import APPLIED
from contracts.payments.events import PaymentSessionExpired
from contracts.rooms.events import InventoryHeld
from services.bookings.domain.hold_counts import HoldCount
from services.bookings.handlers.holds import release_orphan_holds
from services.bookings.service import SERVICE
from services.bookings.store.holds import SqlInventoryHolds
from services.bookings.work import BookingsWork
from tests.fakes.lock_wait import after_a_wait
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.unit.bookings import builders as build

DEADLOCK = "deadlock detected"


def held_booking(service: BookingsUnderTest) -> str:
    """A booking whose hold is due for its check."""
    booking_id: str = service.book().booking.booking_id
    held = InventoryHeld(
        booking_id=booking_id, hotel=build.HOTEL, room_type_code="DBL", check_in=build.CHECK_IN,
        check_out=build.CHECK_OUT, held_at=build.NOW,
    )  # fmt: skip
    service.deliver(held)
    service.rows("UPDATE hold SET check_at = now()")
    return booking_id


def checked_during_a_cancellation(service: BookingsUnderTest, booking_id: str) -> bool:
    """A cancellation has locked the booking, the timer comes, and the cancellation reaches the hold."""

    def lock(work: BookingsWork) -> None:
        assert work.bookings.lock(build.HOTEL, booking_id)

    def reach_the_hold(work: BookingsWork) -> None:
        work.holds.check_soon(build.HOTEL, booking_id)

    def check() -> bool:
        return service.tick(release_orphan_holds)

    return bool(after_a_wait(service.engine, service.unit_of_work.begin, lock, check, then=reach_the_hold))


def hold_first(self: SqlInventoryHolds) -> tuple[str, str] | None:
    """As it was: the hold is locked and leased before its booking is locked."""
    text = "SELECT hotel, booking_id FROM hold WHERE check_at <= now() LIMIT 1 FOR UPDATE SKIP LOCKED"
    row = self._connection.execute(sa.text(text)).first()
    if row:
        self.check_soon(row.hotel, row.booking_id)
    return (row.hotel, row.booking_id) if row else None


def test_the_check_of_a_hold_waits_for_a_cancellation(service: BookingsUnderTest) -> None:
    booking_id = held_booking(service)

    assert checked_during_a_cancellation(service, booking_id)

    assert service.row("SELECT check_at > now() AS later FROM hold").later  # the cancellation's check, not the timer's


def test_the_check_of_a_hold_that_is_locked_first_would_deadlock(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = held_booking(service)
    monkeypatch.setattr(SqlInventoryHolds, "keep_needed", hold_first)

    with pytest.raises(sa.exc.OperationalError, match=DEADLOCK):
        checked_during_a_cancellation(service, booking_id)


def batch_during_another(service: BookingsUnderTest) -> str:
    """Another batch has locked the first of two bookings; a batch in descending order comes; the other goes on.

    Returns the error of either batch; empty where both are applied.
    """
    low, high = sorted(service.book().booking.booking_id for _ in range(2))
    events = [
        PaymentSessionExpired(
            booking_id=booking_id, hotel=build.HOTEL, payment_id="pay_1", session_id="cs_1"
        )
        for booking_id in (high, low)
    ]  # fmt: skip

    def lock(booking_id: str) -> Any:
        return lambda work: work.bookings.lock(build.HOTEL, booking_id)

    begin = service.unit_of_work.begin
    try:
        results = after_a_wait(service.engine, begin, lock(low), lambda: service.deliver(*events), then=lock(high))
    except sa.exc.OperationalError as problem:
        return str(problem)
    return "" if results == [APPLIED] * 2 else str(results)


def test_a_batch_locks_its_bookings_in_order(service: BookingsUnderTest) -> None:
    assert batch_during_another(service) == ""


def test_a_batch_that_locks_bookings_as_its_events_come_would_deadlock(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.event_dispatcher._lock_first is SERVICE.lock_first
    monkeypatch.setattr(service.event_dispatcher, "_lock_first", lambda *_: None)

    assert DEADLOCK in batch_during_another(service)


TWO_ENDS = [build.unpaid(counted_by=names) for names in (("address/x", "email/p"), ("address/a", "email/q"))]


def counted_down_during_a_count(service: BookingsUnderTest, count_down: Callable[[BookingsWork], object]) -> None:
    """A new hold is being counted, by address and e-mail; two other holds end together, and share a counter each."""
    counters = [HoldCount(name=name, most_holds=9) for name in ("address/a", "address/x", "email/p", "email/q")]
    begin = service.unit_of_work.begin
    with begin() as work:
        assert isinstance(work, BookingsWork)
        work.hold_counts.add(build.HOTEL, counters, nights=TWO_ENDS[0].stay.nights)

    def lock(name: str) -> Any:
        text = sa.text("SELECT FROM hold_count WHERE name = :name FOR UPDATE")
        return lambda work: work.connection.execute(text, {"name": name})

    def end_two() -> None:
        with begin() as work:
            assert isinstance(work, BookingsWork)
            count_down(work)

    after_a_wait(service.engine, begin, lock("address/a"), end_two, then=lock("email/p"))


def test_holds_that_end_together_are_counted_down_in_one_order(service: BookingsUnderTest) -> None:
    counted_down_during_a_count(service, lambda work: work.no_longer_counted.extend(TWO_ENDS))

    assert not service.rows("SELECT * FROM hold_count")


def test_holds_counted_down_one_after_the_other_would_deadlock(service: BookingsUnderTest) -> None:
    with pytest.raises(sa.exc.OperationalError, match=DEADLOCK):
        counted_down_during_a_count(service, lambda work: [work.hold_counts.remove([each]) for each in TWO_ENDS])

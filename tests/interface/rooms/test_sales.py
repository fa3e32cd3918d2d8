"""One statement takes a hold and sells its nights: all or nothing, in the order of locks, whatever it waits for."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.rooms.events import InventoryHeld
from contracts.rooms.holds import ReleaseInventory
from contracts.values import Stay
from services.rooms.domain.holds import NightChange
from services.rooms.domain.hotels import RoomType
from services.rooms.steps.offers import sell, take_hold
from services.rooms.store import sales
from services.rooms.work import RoomsWork
from tests.fakes.lock_wait import after_a_wait
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, a_type, at_once, day

LENGTH = 2  # nights, as of `RoomsUnderTest.hold`
Step = Callable[[RoomsWork], object]


class LastUnit:
    """The one suite of the hotel, which other transactions sell and free."""

    def __init__(self, service: RoomsUnderTest) -> None:
        self.service = service
        [row] = service.rows("SELECT id FROM room_type WHERE hotel = :hotel AND code = 'STE'", hotel=service.hotel)
        self.type_id = row.id
        self.answer = service.hold("BK-OTHER", 4, 5, room_type="STE")

    def shift(self, by: int) -> Step:
        change = NightChange(room_type_id=self.type_id, first_night=day(0), until=day(LENGTH), by=by)
        return lambda work: work.nights.shift([self.service.hotel], [change])

    def put(self, sold: int) -> None:
        with self.service.engine.begin() as connection:
            statement = sa.text("UPDATE night SET sold = :sold WHERE room_type_id = :type AND night < :until")
            connection.execute(statement, {"sold": sold, "type": self.type_id, "until": day(LENGTH)})

    def asked_while(self, first: Step, then: Step = lambda _: None, *, until: int = LENGTH) -> object:
        """The outcome of a hold that read its offer while the suite was free, and then waited for a transaction."""
        return self._after_a_wait(first, partial(self._ask, until), then)

    def sold_while(self, first: Step) -> object:
        """The same of the statement alone, whatever the offer was."""
        return self._after_a_wait(first, self._sell)

    def take(self, work: RoomsWork) -> object:
        """Insert the hold, as a transaction of several statements does."""
        return work.holds.take(**self._hold())

    def _after_a_wait(self, first: Step, second: Callable[[], object], then: Step = lambda _: None) -> object:
        return after_a_wait(self.service.engine, self.service.unit_of_work.begin, first, second, then=then)

    def sell_again(self, work: RoomsWork) -> None:
        """Take the ended hold again and sell its nights, as the service does."""
        hold = self._hold()
        room_type = RoomType(id=self.type_id, code="STE", name="Suite", max_occupancy=2, base_price=25000)
        command = self.service.holding("BK-A", room_type="STE")
        version = take_hold(command, work, room_type=room_type, held=hold["answer"])
        assert version is not None
        sell(command, work, room_type=room_type, version=version)

    def _ask(self, until: int) -> object:
        try:
            return self.service.hold("BK-A", until=until, room_type="STE")
        except Refusal as refusal:
            return refusal.code

    def _sell(self) -> None:
        with RoomsWork.checked_sale(), self.service.unit_of_work.begin() as work:
            assert isinstance(work, RoomsWork)
            work.sales.sell(**self._hold())

    def _hold(self) -> dict[str, Any]:
        stay = Stay(day(0), day(LENGTH))
        values = {"booking_id": "BK-A", "hotel": self.service.hotel, "room_type_id": self.type_id}
        return {**values, "stay": stay, "answer": self.answer, "now": START}


@pytest.fixture
def suite(service: RoomsUnderTest) -> LastUnit:
    return LastUnit(service)


def test_a_hold_that_waited_for_the_last_sale_is_refused_and_leaves_nothing(suite: LastUnit) -> None:
    outcome = suite.asked_while(suite.shift(1))

    assert outcome == "SOLD_OUT"
    assert [hold.booking_id for hold in suite.service.rows("SELECT booking_id FROM hold")] == ["BK-OTHER"]
    assert [part.booking_id for part in suite.service.rows("SELECT booking_id FROM hold_part")] == ["BK-OTHER"]
    assert [event.booking_id for event in suite.service.events(InventoryHeld)] == ["BK-OTHER"]
    assert suite.service.sold("STE")[:LENGTH] == [1, 1]
    suite.put(sold=0)


def test_without_its_check_a_refused_hold_would_stay(suite: LastUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(sales, "SALE", sales.SALE.replace("FROM counted) < :nights", "FROM counted) < 0 * :nights"))

    suite.asked_while(suite.shift(1))

    assert "BK-A" in {hold.booking_id for hold in suite.service.rows("SELECT booking_id FROM hold")}
    assert suite.service.sold("STE")[:LENGTH] == [1, 1]  # one night for two guests


def test_a_hold_that_waited_for_a_release_gets_the_nights(suite: LastUnit) -> None:
    suite.put(sold=1)

    suite.sold_while(suite.shift(-1))

    assert suite.service.sold("STE")[:LENGTH] == [1, 1]


def test_columns_of_the_older_row_would_break_the_constraint(suite: LastUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a statement that adds to the row as it was when the statement began."""
    written = "sold = locked.sold + 1, capacity = locked.capacity, overbooking = locked.overbooking"
    assert written in sales.SALE
    monkeypatch.setattr(sales, "SALE", sales.SALE.replace(written, "sold = night.sold + 1"))
    suite.put(sold=1)

    with pytest.raises(sa.exc.IntegrityError, match="night_no_oversell"):
        suite.sold_while(suite.shift(-1))

    suite.put(sold=0)


def test_a_repeated_hold_that_waits_for_the_first_one_has_locked_no_night(suite: LastUnit) -> None:
    assert suite.asked_while(suite.take, then=suite.shift(1)) == suite.answer

    assert suite.service.sold("STE")[:LENGTH] == [1, 1]


def test_other_nights_asked_for_while_the_first_hold_is_open_are_refused(suite: LastUnit) -> None:
    assert suite.asked_while(suite.take, then=suite.shift(1), until=LENGTH + 1) == "HOLD_DIFFERS"

    assert suite.service.sold("STE")[: LENGTH + 1] == [1, 1, 0]


def test_of_two_takes_of_an_ended_hold_the_second_has_the_reply_of_the_first(suite: LastUnit) -> None:
    service = suite.service
    service.hold("BK-A", room_type="STE")
    service.ask(ReleaseInventory(hotel=service.hotel, booking_id="BK-A"))
    before = len(service.events(InventoryHeld))

    assert suite.asked_while(suite.sell_again) == suite.answer

    assert len(service.events(InventoryHeld)) == before + 1
    assert service.sold("STE")[:LENGTH] == [1, 1]


def test_without_its_condition_the_nights_would_be_locked_before_the_hold(
    suite: LastUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: both wait for each other."""
    unordered = re.sub(r"AND \(SELECT count\(\*\) FROM held\) = 1", "", sales.SALE)
    first = unordered.replace("(SELECT count(*) FROM held) = 0", "(SELECT count(*) FROM held) = 0 AND false")
    assert first != unordered != sales.SALE
    monkeypatch.setattr(sales, "SALE", first)

    with pytest.raises(sa.exc.OperationalError, match="deadlock"):
        suite.asked_while(suite.take, then=suite.shift(1))


def test_of_a_storm_on_forty_rooms_exactly_forty_are_sold(service: RoomsUnderTest) -> None:
    service.import_hotel(room_types=(a_type(rooms=tuple(str(number) for number in range(40))),))
    guests = [f"BK-{number}" for number in range(64)]
    calls: list[Callable[[], Any]] = [partial(service.hold, guest) for guest in guests]

    outcomes = at_once(calls[:32] * 2) + at_once(calls[32:] * 2)  # each guest asks twice; a deadlock is raised

    refused = [outcome.code for outcome in outcomes if isinstance(outcome, Refusal)]
    assert refused == ["SOLD_OUT"] * 2 * 24
    assert service.sold()[:3] == [40, 40, 0]
    assert len(service.events(InventoryHeld)) == 40

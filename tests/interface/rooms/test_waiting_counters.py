"""A change of night counters that waited for another one begins with what that one left, not with what was before."""

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa

from services.rooms.domain.holds import NightChange
from services.rooms.store import nights
from services.rooms.work import RoomsWork
from tests.fakes.lock_wait import after_a_wait
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, day

LENGTH = 3  # nights; each waits for the first one
Step = Callable[[RoomsWork], object]


class Counters:
    """The counters of one room type with one room, on three nights."""

    def __init__(self, service: RoomsUnderTest) -> None:
        self.service = service
        [row] = service.rows("SELECT id FROM room_type WHERE hotel = :hotel AND code = 'STE'", hotel=service.hotel)
        self.type_id = row.id

    def put(self, *, sold: int, capacity: int = 1) -> None:
        with self.service.engine.begin() as connection:
            statement = sa.text(
                "UPDATE night SET sold = :sold, capacity = :capacity WHERE room_type_id = :type AND night < :until"
            )
            values = {"sold": sold, "capacity": capacity, "type": self.type_id, "until": day(LENGTH)}
            connection.execute(statement, values)

    def sell(self, by: int) -> Step:
        return lambda work: work.nights.shift([self.service.hotel], [self._change(by)])

    def resize(self, by: int) -> Step:
        return lambda work: work.nights.resize(self.service.hotel, [self._change(by)])

    def recount(self, *, overbooking: int) -> Step:
        def run(work: RoomsWork) -> list[date]:
            return work.nights.recount(self.service.hotel, [self.type_id], first=day(0), overbooking=overbooking)

        return run

    def price(self, price: int) -> Step:
        span = {"first": day(0), "last": day(LENGTH - 1), "weekdays": ()}
        return lambda work: work.rates.write(self.service.hotel, self.type_id, **span, price=price)

    def now(self) -> set[tuple[int, int, int, int | None]]:
        """Sold, capacity, overbooking and price of the three nights; one value where they agree."""
        rows = self.service.rows(
            "SELECT sold, capacity, overbooking, price FROM night WHERE room_type_id = :type AND night < :until"
            " AND night >= :first",
            type=self.type_id, first=day(0), until=day(LENGTH),
        )  # fmt: skip
        return {tuple(row) for row in rows}

    def _change(self, by: int) -> NightChange:
        return NightChange(room_type_id=self.type_id, first_night=day(0), until=day(LENGTH), by=by)


@pytest.fixture
def counters(service: RoomsUnderTest) -> Counters:
    return Counters(service)


@pytest.fixture(autouse=True)
def emptied(counters: Counters) -> object:
    """After the test nothing is sold: no hold belongs to what the tests sold."""
    yield
    counters.put(sold=0)


Scene = Callable[[Counters], tuple[Step, Step]]
# Before: sold, capacity; what is done first and what waits; after: sold, capacity, overbooking.
WAITS: dict[str, tuple[tuple[int, int], Scene, tuple[int, int, int]]] = {
    "a sale after a release": ((1, 1), lambda it: (it.sell(-1), it.sell(1)), (1, 1, 0)),
    "a sale after another room": ((1, 1), lambda it: (it.resize(1), it.sell(1)), (2, 2, 0)),
    "a sale after an allowance": ((1, 1), lambda it: (it.recount(overbooking=1), it.sell(1)), (2, 1, 1)),
    "one room fewer after a release": ((1, 1), lambda it: (it.sell(-1), it.resize(-1)), (0, 0, 0)),
    "a recount after releases": ((2, 2), lambda it: (it.sell(-1), it.recount(overbooking=0)), (1, 1, 0)),
}


def wait(counters: Counters, first: Step, second: Step) -> object:
    begin = counters.service.unit_of_work.begin

    def run_second() -> object:
        with begin() as work:
            return second(work)

    return after_a_wait(counters.service.engine, begin, first, run_second)


@pytest.mark.parametrize("what", WAITS)
def test_a_change_that_waited_begins_with_what_the_other_left(counters: Counters, what: str) -> None:
    (sold, capacity), scene, after = WAITS[what]
    counters.put(sold=sold, capacity=capacity)

    result = wait(counters, *scene(counters))

    assert result in (True, [])
    assert counters.now() == {(*after, None)}


@pytest.mark.parametrize("what", WAITS)
def test_columns_of_the_older_row_would_break_a_constraint(
    counters: Counters, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the same statements, which leave columns of the constraint as they are or add to them."""
    replaced = {
        "SELL": ("sold = summed.sold + summed.step, capacity = summed.capacity, overbooking = summed.overbooking",
                 "sold = night.sold + summed.step"),
        "RESIZE": ("capacity = summed.capacity + summed.step, sold = summed.sold, overbooking = summed.overbooking",
                   "capacity = night.capacity + summed.step"),
        "RECOUNT": (", sold = c.sold", ""),
    }  # fmt: skip
    for name, (mended, former) in replaced.items():
        statement = getattr(nights, name)
        assert mended in statement.text
        monkeypatch.setattr(nights, name, sa.text(statement.text.replace(mended, former)))
    (sold, capacity), scene, _ = WAITS[what]
    counters.put(sold=sold, capacity=capacity)

    with pytest.raises(sa.exc.IntegrityError, match="night_no_oversell"):
        wait(counters, *scene(counters))


@pytest.mark.parametrize("sell_first", [True, False])
def test_a_sale_and_a_price_at_once_both_stay(counters: Counters, *, sell_first: bool) -> None:
    counters.put(sold=0)
    steps = (counters.sell(1), counters.price(9_900))

    wait(counters, *(steps if sell_first else steps[::-1]))

    assert counters.now() == {(1, 1, 0, 9_900)}


def test_a_sale_that_waited_is_refused_where_the_other_took_the_last_unit(counters: Counters) -> None:
    counters.put(sold=0)

    assert wait(counters, counters.sell(1), counters.sell(1)) is False
    assert counters.now() == {(1, 1, 0, None)}


def test_one_room_fewer_is_refused_where_a_sale_that_it_waited_for_needs_the_room(counters: Counters) -> None:
    counters.put(sold=0)

    assert wait(counters, counters.sell(1), counters.resize(-1)) is False
    assert counters.now() == {(1, 1, 0, None)}

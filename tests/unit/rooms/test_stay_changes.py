"""Changes of a booked stay as pure decisions: the counters always equal a recount of the parts."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.refusal import Refusal
from contracts.rooms.stay_changes import ChangedStay, RoomAfterChange
from contracts.values import Stay
from services.rooms.domain import stay_changes
from services.rooms.domain.holds import HoldPart, NightChange
from services.rooms.domain.hotels import RoomType
from services.rooms.domain.stay_changes import NightOnSale, NightsOnSale
from tests.unit.rooms.builders import DOUBLE, SUITE, TODAY, a_hold, a_part, a_room, a_stay

TYPES = {
    DOUBLE: RoomType(id=DOUBLE, code="DBL", name="Double", max_occupancy=2, base_price=10000),
    SUITE: RoomType(id=SUITE, code="STE", name="Suite", max_occupancy=4, base_price=20000),
}
DAYS = 12
stays = st.tuples(st.integers(0, DAYS - 1), st.integers(1, DAYS)).map(
    lambda pair: Stay(on(pair[0]), on(min(pair[0] + pair[1], DAYS)))
)
wishes = st.lists(st.tuples(stays, st.sampled_from([DOUBLE, SUITE]), st.booleans(), st.integers(0, 3)), max_size=6)
rooms = st.sampled_from([None, a_room(), a_room(id=2, room_number="201", room_type_id=SUITE, type_code="STE")])


def on(number: int) -> date:
    return TODAY + timedelta(days=number)


def on_sale(units: int = 1, full: frozenset[tuple[int, date]] = frozenset()) -> NightsOnSale:
    return NightsOnSale.of(
        [
            NightOnSale(
                room_type_id=room_type,
                night=on(day),
                price=TYPES[room_type].base_price,
                units=0 if (room_type, on(day)) in full else units,
            )
            for room_type in TYPES
            for day in range(DAYS + 1)
        ]
    )


def counted(parts: tuple[HoldPart, ...]) -> Counter[tuple[int, date]]:
    return Counter((part.room_type_id, night) for part in parts for night in Stay(part.first_night, part.until))


def applied(counters: Counter[tuple[int, date]], changes: tuple[NightChange, ...]) -> Counter[tuple[int, date]]:
    after = Counter(counters)
    for change in changes:
        for night in Stay(change.first_night, change.until):
            after[(change.room_type_id, night)] += change.by
    return Counter({key: count for key, count in after.items() if count})


@settings(deadline=None)
@given(wishes, rooms)
def test_after_any_series_of_changes_the_counters_equal_a_recount(series: list[Any], room: Any) -> None:
    hold = a_hold(stay=Stay(on(0), on(3)), parts=(a_part(first_night=on(0), until=on(3)),))
    counters = counted(hold.parts)
    for stay, type_id, free, today in series:
        change = stay_changes.inventory(
            hold, stay, TYPES[type_id], on_sale(), room=room, room_is_free=free, today=on(today)
        )
        counters = applied(counters, change.changes)
        hold = a_hold(stay=stay, room_type_id=type_id, parts=change.parts)

        assert counters == counted(change.parts)
        assert sorted(night for _, night in counters) == list(stay)
        assert (change.room is RoomAfterChange.NONE) == (room is None)
        room = room if change.room is RoomAfterChange.KEPT else None


@settings(deadline=None)
@given(wishes, rooms)
def test_a_night_that_is_kept_on_its_type_is_not_sold_again(series: list[Any], room: Any) -> None:
    hold = a_hold(stay=Stay(on(0), on(5)), parts=(a_part(first_night=on(0), until=on(5)),))
    everything = frozenset((room_type, on(day)) for room_type in TYPES for day in range(DAYS + 1))
    for stay, type_id, free, today in series:
        change = stay_changes.inventory(
            hold, stay, TYPES[type_id], on_sale(full=everything), room=room, room_is_free=free, today=on(today)
        )
        own = {night for (_, night) in (counted(change.parts) & counted(hold.parts))}

        assert own.isdisjoint(change.sold_out)
        assert set(change.sold_out) == set(stay) - own


def test_a_kept_room_of_a_better_type_counts_the_added_nights() -> None:
    suite = a_room(id=2, room_type_id=SUITE)
    hold = a_hold(stay=Stay(on(0), on(2)), parts=(a_part(room_type_id=SUITE, first_night=on(0), until=on(2)),))

    change = stay_changes.inventory(
        hold, Stay(on(0), on(3)), TYPES[DOUBLE], on_sale(), room=suite, room_is_free=True, today=TODAY
    )

    assert change.parts == (a_part(room_type_id=SUITE, first_night=on(0), until=on(3)),)
    assert change.changes == (NightChange(room_type_id=SUITE, first_night=on(2), until=on(3), by=1),)


@pytest.mark.parametrize(("check_out", "in_house", "refused"), [(0, True, False), (0, False, True), (-1, True, True)])
def test_a_guest_in_house_may_leave_today_and_nobody_in_the_past(check_out: int, in_house: bool, refused: bool) -> None:
    changed = ChangedStay(check_in=on(-3), check_out=on(check_out), room_type="DBL", party=1)
    before = Stay(on(-3), on(2))
    if not refused:
        assert stay_changes.check(changed, before, TYPES[DOUBLE], today=TODAY, in_house=in_house).check_out == TODAY
        return
    with pytest.raises(Refusal):
        stay_changes.check(changed, before, TYPES[DOUBLE], today=TODAY, in_house=in_house)


def test_the_nights_of_a_guest_who_has_moved_begin_with_the_move() -> None:
    moved = a_stay(nights=Stay(on(1), on(3)), moved_in=True)

    assert stay_changes.nights_in_room(moved, Stay(on(0), on(4))) == Stay(on(1), on(4))
    assert stay_changes.nights_in_room(a_stay(moved_in=False), Stay(on(0), on(4))) == Stay(on(0), on(4))

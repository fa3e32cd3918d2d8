"""A booking's nights lie in parts; what moves between counters always adds up."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.rooms.domain import inventory
from services.rooms.domain.inventory import NightChange, Part
from tests.unit.rooms.builders import DOUBLE, SUITE, a_part, day


def counted(parts: tuple[Part, ...]) -> Counter[tuple[int, int]]:
    return Counter(
        (part.room_type_id, night) for part in parts for night in range(part.first_night.day, part.until.day)
    )


def applied(before: Counter[tuple[int, int]], changes: tuple[NightChange, ...]) -> Counter[tuple[int, int]]:
    after = Counter(before)
    for change in changes:
        for night in range(change.first_night.day, change.until.day):
            after[change.room_type_id, night] += change.by
    return +after


def test_all_nights_are_freed_where_no_day_is_named() -> None:
    kept, changes = inventory.freed((a_part(),), from_on=None)

    assert kept == ()
    assert changes == (NightChange(room_type_id=DOUBLE, first_night=day(10), until=day(13), by=-1),)


def test_a_guest_who_leaves_early_keeps_the_nights_slept() -> None:
    kept, changes = inventory.freed((a_part(),), from_on=day(12))

    assert kept == (a_part(until=day(12)),)
    assert changes == (NightChange(room_type_id=DOUBLE, first_night=day(12), until=day(13), by=-1),)


def test_a_guest_who_leaves_late_frees_nothing() -> None:
    assert inventory.freed((a_part(),), from_on=day(20)) == ((a_part(),), ())


def test_only_the_nights_that_remain_move_to_another_type() -> None:
    parts, changes = inventory.moved((a_part(),), to_type=SUITE, from_on=day(11))

    assert parts == (a_part(until=day(11)), a_part(room_type_id=SUITE, first_night=day(11)))
    assert {(change.room_type_id, change.by) for change in changes} == {(DOUBLE, -1), (SUITE, 1)}


def test_moving_to_the_type_one_has_changes_nothing() -> None:
    assert inventory.moved((a_part(),), to_type=DOUBLE, from_on=day(10)) == ((a_part(),), ())


def test_moving_there_and_back_joins_the_parts_again() -> None:
    there, _ = inventory.moved((a_part(),), to_type=SUITE, from_on=day(11))
    back, _ = inventory.moved(there, to_type=DOUBLE, from_on=day(10))

    assert back == (a_part(),)


@given(moves=st.lists(st.tuples(st.integers(1, 3), st.integers(8, 15)), max_size=6), left_on=st.integers(8, 15))
def test_whatever_moves_the_counters_are_the_parts(moves: list[tuple[int, int]], left_on: int) -> None:
    parts: tuple[Part, ...] = (a_part(),)
    counters = counted(parts)
    for to_type, from_on in moves:
        parts, changes = inventory.moved(parts, to_type=to_type, from_on=day(from_on))
        counters = applied(counters, changes)
    kept, changes = inventory.freed(parts, from_on=day(left_on))

    assert counters == counted(parts)
    assert sorted(night for _, night in counters.elements()) == [10, 11, 12]
    assert applied(counters, changes) == counted(kept)

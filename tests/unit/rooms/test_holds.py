"""The parts of a hold, and the changes of the night counters, which always add up to the parts."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.rooms.domain import holds
from services.rooms.domain.holds import HoldPart, NightChange
from tests.unit.rooms.builders import DOUBLE, SUITE, a_part, day


def counted(parts: tuple[HoldPart, ...]) -> Counter[tuple[int, int]]:
    return Counter(
        (part.room_type_id, night) for part in parts for night in range(part.first_night.day, part.until.day)
    )


def applied(before: Counter[tuple[int, int]], changes: tuple[NightChange, ...]) -> Counter[tuple[int, int]]:
    after = Counter(before)
    for change in changes:
        for night in range(change.first_night.day, change.until.day):
            after[change.room_type_id, night] += change.by
    return +after


def test_a_release_without_a_date_frees_all_nights() -> None:
    remaining, changes = holds.released((a_part(),), from_on=None)

    assert remaining == ()
    assert changes == (NightChange(room_type_id=DOUBLE, first_night=day(10), until=day(13), by=-1),)


def test_a_release_from_a_date_on_keeps_the_nights_before() -> None:
    remaining, changes = holds.released((a_part(),), from_on=day(12))

    assert remaining == (a_part(until=day(12)),)
    assert changes == (NightChange(room_type_id=DOUBLE, first_night=day(12), until=day(13), by=-1),)


def test_a_release_after_the_last_night_frees_nothing() -> None:
    assert holds.released((a_part(),), from_on=day(20)) == ((a_part(),), ())


def test_only_the_remaining_nights_move_to_another_type() -> None:
    parts, changes = holds.moved_to_type((a_part(),), SUITE, from_on=day(11))

    assert parts == (a_part(until=day(11)), a_part(room_type_id=SUITE, first_night=day(11)))
    assert {(change.room_type_id, change.by) for change in changes} == {(DOUBLE, -1), (SUITE, 1)}


def test_a_move_to_the_same_type_changes_nothing() -> None:
    assert holds.moved_to_type((a_part(),), DOUBLE, from_on=day(10)) == ((a_part(),), ())


def test_a_move_to_another_type_and_back_merges_the_parts() -> None:
    there, _ = holds.moved_to_type((a_part(),), SUITE, from_on=day(11))
    back, _ = holds.moved_to_type(there, DOUBLE, from_on=day(10))

    assert back == (a_part(),)


@given(moves=st.lists(st.tuples(st.integers(1, 3), st.integers(8, 15)), max_size=6), left_on=st.integers(8, 15))
def test_after_any_moves_the_counters_equal_the_parts(moves: list[tuple[int, int]], left_on: int) -> None:
    parts: tuple[HoldPart, ...] = (a_part(),)
    counters = counted(parts)
    for to_type, from_on in moves:
        parts, changes = holds.moved_to_type(parts, to_type, from_on=day(from_on))
        counters = applied(counters, changes)
    remaining, changes = holds.released(parts, from_on=day(left_on))

    assert counters == counted(parts)
    assert sorted(night for _, night in counters.elements()) == [10, 11, 12]
    assert applied(counters, changes) == counted(remaining)

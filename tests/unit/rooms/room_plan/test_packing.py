"""The checks of packings and placements."""

import pytest

from services.rooms.domain.room_plan.packing import Packing, Slot, check_packing, is_valid

HERE = Slot(first=0, until=2, home=0)


@pytest.mark.parametrize(
    "slots",
    [
        (Slot(first=1, until=1),),
        (Slot(first=0, until=4),),
        (Slot(first=-1, until=1),),
        (Slot(first=0, until=1, home=2),),
        (Slot(first=0, until=1, fixed=True),),
        (HERE, Slot(first=1, until=3, home=0)),
    ],
)
def test_a_packing_that_cannot_be_is_refused(slots: tuple[Slot, ...]) -> None:
    with pytest.raises(ValueError, match=r"."):
        check_packing(Packing(rooms=2, nights=3, slots=slots))


@pytest.mark.parametrize(
    "room_of",
    [(0,), (-1, 1, -1), (0, 0, -1), (0, 1, 1), (0, 1, 2), (0, 1, -2), (1, 0, -1)],
)
def test_a_placement_that_loses_a_room_moves_a_fixed_slot_or_takes_a_room_twice_is_not_valid(
    room_of: tuple[int, ...],
) -> None:
    packing = Packing(
        rooms=2, nights=3, slots=(HERE, Slot(first=0, until=2, home=1, fixed=True), Slot(first=1, until=3))
    )

    assert is_valid(packing, (0, 1, -1))
    assert not is_valid(packing, room_of)

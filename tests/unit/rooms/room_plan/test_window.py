"""The part of a packing that the exact solver is given."""

from services.rooms.domain.room_plan.packing import NO_ROOM, Packing, Placement, Slot
from services.rooms.domain.room_plan.window import narrowed

PACKING = Packing(
    rooms=2,
    nights=9,
    slots=(
        Slot(first=0, until=2, home=0),
        Slot(first=3, until=4, home=0),
        Slot(first=4, until=5),
        Slot(first=5, until=6, home=1),
        Slot(first=8, until=9),
    ),
)
PLACEMENT = Placement(room_of=(1, 0, NO_ROOM, 1, 0), unplaced_at_least=0, moves_at_least=0)


def test_a_packing_with_few_choices_is_whole() -> None:
    assert narrowed(PACKING, PLACEMENT, most=10) is PACKING


def test_slots_far_from_those_without_a_room_are_fixed_in_their_places() -> None:
    part = narrowed(PACKING, PLACEMENT, most=6)

    assert part.slots == (
        Slot(first=0, until=2, home=1, fixed=True),
        *PACKING.slots[1:4],
        Slot(first=8, until=9, home=0, fixed=True),
    )


def test_where_even_the_nights_themselves_are_too_many_choices_only_the_slots_without_a_room_are_free() -> None:
    part = narrowed(PACKING, PLACEMENT, most=2)

    assert [slot.fixed for slot in part.slots] == [True, True, False, True, True]

"""Plans the rooms of a hotel, type by type: the stays, rooms and blocks of the plan, and its answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from contracts.rooms.room_plan import Obstacle, ObstacleKind, StayWithoutRoom
from contracts.values import Stay
from services.rooms.domain.room_plan.board import Board
from services.rooms.domain.room_plan.clashes import clash
from services.rooms.domain.room_plan.effort import Effort
from services.rooms.domain.room_plan.packing import NO_ROOM, Packing, Placement, Slot, check_packing, unplaced
from services.rooms.domain.room_plan.solve import EFFORT, solve

EFFORT_FOR_CLASHES = 100_000
LEAST_EFFORT = 40_000  # of a type; the others share `EFFORT` by the number of their stays


@dataclass(frozen=True, kw_only=True)
class StayToPlan:
    """A stay. One without a room gets one where `needs_room`, and is left out of the plan where not.

    A `fixed` stay keeps its room. So does a stay in a room of another type than `room_type_id`, the booked one.
    """

    booking_id: str
    room_type_id: int
    nights: Stay
    room_id: int | None = None
    fixed: bool = False
    needs_room: bool = True


@dataclass(frozen=True, kw_only=True)
class RoomToPlan:
    """A room that stays may have on all nights without a block."""

    room_id: int
    room_number: str
    room_type_id: int


@dataclass(frozen=True, kw_only=True)
class BlockToPlan:
    """Nights on which nobody may have the room. Blocks and stays of a room do not overlap."""

    id: str
    room_id: int
    nights: Stay


@dataclass(frozen=True, kw_only=True)
class FirstRoom:
    """A stay that had no room gets one."""

    booking_id: str
    room_id: int


@dataclass(frozen=True, kw_only=True)
class ChangeOfRoom:
    """A stay gets another room than the stay has."""

    booking_id: str
    from_room_id: int
    to_room_id: int


@dataclass(frozen=True, kw_only=True)
class RoomPlan:
    """The plan. `proven`: no plan gives more stays a room. `moves_at_least`: no plan as good as that moves fewer."""

    assigned: tuple[FirstRoom, ...]
    moved: tuple[ChangeOfRoom, ...]
    impossible: tuple[StayWithoutRoom, ...]
    proven: bool
    moves_at_least: int


Improve = Callable[[Packing, Placement], Placement]


def plan_rooms(
    rooms: Iterable[RoomToPlan],
    stays: Iterable[StayToPlan],
    blocks: Iterable[BlockToPlan] = (),
    *,
    improve: Improve = lambda _, placement: placement,
) -> RoomPlan:
    """Give most stays that need a room one of their type for their whole length; nobody loses a room.

    Few stays that have a room change it, then few gaps remain. `improve` is called with what was not proven. The plan
    depends on its input alone. Raises `ValueError` where stays and blocks overlap in a room.
    """
    by_type: dict[int, list[RoomToPlan]] = {}
    for room in sorted(rooms, key=lambda each: (len(each.room_number), each.room_number)):
        by_type.setdefault(room.room_type_id, []).append(room)
    types = {room.room_id: room.room_type_id for each in by_type.values() for room in each}
    stays = sorted(stays, key=lambda stay: stay.booking_id)
    blocks = sorted(blocks, key=lambda block: block.id)
    plans = []
    for room_type_id in sorted({*by_type, *(stay.room_type_id for stay in stays)}):
        here = [stay for stay in stays if _planned_in(stay, types) == room_type_id]
        closed = [block for block in blocks if types.get(block.room_id) == room_type_id]
        if here:
            plan = _TypePlan(room_type_id, by_type.get(room_type_id, []), here, closed)
            plans.append(plan.solved(improve, effort=max(EFFORT * len(here) // len(stays), LEAST_EFFORT)))
    return RoomPlan(
        assigned=tuple(each for plan in plans for each in plan.assigned),
        moved=tuple(each for plan in plans for each in plan.moved),
        impossible=tuple(each for plan in plans for each in plan.impossible),
        proven=all(plan.proven for plan in plans),
        moves_at_least=sum(plan.moves_at_least for plan in plans),
    )


def _planned_in(stay: StayToPlan, types: dict[int, int]) -> int | None:
    """The type among whose rooms the stay is planned; None for a stay that the plan does not concern."""
    if stay.room_id is not None:
        return types.get(stay.room_id)
    return stay.room_type_id if stay.needs_room else None


class _TypePlan:
    """The plan of one type: numbers the rooms, nights, stays and blocks, and names them again."""

    def __init__(
        self,
        room_type_id: int,
        rooms: Sequence[RoomToPlan],
        stays: Sequence[StayToPlan],
        blocks: Sequence[BlockToPlan],
    ) -> None:
        self._rooms, self._stays, self._blocks = rooms, stays, blocks
        periods = [each.nights for each in stays] + [each.nights for each in blocks]
        self._day = min(nights.check_in for nights in periods)
        end = max(nights.check_out for nights in periods)
        number = {room.room_id: position for position, room in enumerate(rooms)}
        slots = [
            self._slot(
                stay.nights,
                home=NO_ROOM if stay.room_id is None else number[stay.room_id],
                fixed=stay.room_id is not None and (stay.fixed or stay.room_type_id != room_type_id),
            )
            for stay in stays
        ]
        slots += [self._slot(block.nights, home=number[block.room_id], fixed=True) for block in blocks]
        self._packing = Packing(rooms=len(rooms), nights=(end - self._day).days, slots=tuple(slots))
        check_packing(self._packing)

    def _slot(self, nights: Stay, *, home: int, fixed: bool) -> Slot:
        first = (nights.check_in - self._day).days
        return Slot(first=first, until=first + nights.nights, home=home, fixed=fixed)

    def solved(self, improve: Improve, *, effort: int) -> RoomPlan:
        placement = solve(self._packing, effort=effort)
        if unplaced(placement.room_of) > placement.unplaced_at_least:
            placement = improve(self._packing, placement)
        assigned, moved, without = [], [], []
        for number, (stay, room) in enumerate(zip(self._stays, placement.room_of, strict=False)):
            if room == NO_ROOM:
                without.append(number)
            elif stay.room_id is None:
                assigned.append(FirstRoom(booking_id=stay.booking_id, room_id=self._rooms[room].room_id))
            elif stay.room_id != (new := self._rooms[room].room_id):
                moved.append(ChangeOfRoom(booking_id=stay.booking_id, from_room_id=stay.room_id, to_room_id=new))
        return RoomPlan(
            assigned=tuple(assigned),
            moved=tuple(moved),
            impossible=tuple(self._impossible(without, placement)),
            proven=len(without) == placement.unplaced_at_least,
            moves_at_least=placement.moves_at_least,
        )

    def _impossible(self, without: Sequence[int], placement: Placement) -> Iterable[StayWithoutRoom]:
        board, effort = Board(self._packing), Effort(EFFORT_FOR_CLASHES)
        board.reset(placement.room_of)
        for number in without:
            nights, others = clash(board, number, placement, effort)
            yield StayWithoutRoom(
                booking_id=self._stays[number].booking_id,
                nights=tuple(self._day + timedelta(days=night) for night in nights),
                blocked_by=tuple(self._obstacle(other, placement.room_of[other]) for other in others),
            )

    def _obstacle(self, number: int, room: int) -> Obstacle:
        is_stay = number < len(self._stays)
        each = self._stays[number].booking_id if is_stay else self._blocks[number - len(self._stays)].id
        kind = ObstacleKind.STAY if is_stay else ObstacleKind.BLOCK
        return Obstacle(kind=kind, id=each, room_number=self._rooms[room].room_number)

"""What the exact solver is asked and what it answers: one JSON text on its standard input, one on its output."""

from contracts.data import Data


class SlotToSolve(Data):
    """A slot of a packing (`services.rooms.domain.room_plan.packing.Slot`), and the room that was found so far."""

    first: int
    until: int
    home: int
    fixed: bool
    room: int


class PackingToSolve(Data):
    """A packing, and the time by which the solver answers, in seconds of the machine's monotonic clock."""

    rooms: int
    nights: int
    slots: tuple[SlotToSolve, ...]
    ends_at: float


class SolvedPacking(Data):
    """The room of each slot, -1 for none, and the bounds of `services.rooms.domain.room_plan.packing.Placement`."""

    room_of: tuple[int, ...]
    unplaced_at_least: int
    moves_at_least: int

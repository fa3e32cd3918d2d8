"""Who lives where and who has a claim to which room, as rooms has it: for bookings to compare with its own."""

from dataclasses import dataclass

from contracts.message import Query


@dataclass(frozen=True, kw_only=True)
class RoomLife:
    """One room: the booking noted as living in it, and those that have it for some nights. Every room is listed."""

    hotel: str
    room_number: str
    occupied_by: str | None
    claimed_by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Census:
    """Some rooms of the whole platform. `last` is where the next page begins; None: there are no more."""

    rooms: tuple[RoomLife, ...]
    last: int | None


@dataclass(frozen=True, kw_only=True)
class TakeCensus(Query[Census]):
    """The rooms that come after the one with that id, for our own services only; refused `PERMISSION_DENIED`."""

    after: int = 0
    limit: int = 200

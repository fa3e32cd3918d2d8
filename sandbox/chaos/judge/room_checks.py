"""Rooms: every acknowledged change of a status is in the room's history."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from sandbox.chaos.client.acknowledgements import AcknowledgedRoomChange
from sandbox.chaos.judge.violation import ChaosViolation


def check_rooms(
    changes: Iterable[AcknowledgedRoomChange], history: Callable[[str, str], Sequence[str]]
) -> Iterator[ChaosViolation]:
    """`history` gives every status that a room of a hotel got."""
    by_room: dict[tuple[str, str], list[AcknowledgedRoomChange]] = defaultdict(list)
    for change in changes:
        by_room[change.hotel, change.room].append(change)
    for (hotel, room), acknowledged in by_room.items():
        actual = Counter(history(hotel, room))
        for status, count in Counter(change.new_status for change in acknowledged).items():
            if actual[status] < count:
                at = max(change.at for change in acknowledged if change.new_status == status)
                what = f"{count} × {status} were acknowledged, the history has {actual[status]}"
                yield ChaosViolation("acknowledged room status is there", f"{hotel}/{room}", what, at, lost_write=True)

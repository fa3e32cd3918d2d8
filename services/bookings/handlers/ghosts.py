"""Ghosts: comparison of bookings in house with occupied rooms, and the repair of differences.

A difference that has lasted a minute is repaired; a shorter difference may come from a message in transit. The repair
clears an occupancy without a stay, frees a room assigned to an ended booking, or moves a guest in house into the
assigned room again.
"""

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.rooms.occupancy import TakeCensus
from services.bookings.actions import occupy_again, vacate
from services.bookings.domain import ghosts
from services.bookings.domain.ghosts import Ghost, GhostKind
from services.bookings.work import BookingsWork

log = logs.logger(__name__)


def take_census(conversation: Conversation[BookingsWork]) -> bool:
    """Compare one page of rooms with the bookings.

    Returns False where no page is due, the rooms service does not answer, or this was the last page.
    """
    with conversation.transaction() as work:
        after = work.ghosts.take_page()
    if after is None:
        return False
    try:
        census = conversation.ask(TakeCensus(after=after))
    except Unavailable:
        return False
    with conversation.transaction() as work:
        differences = ghosts.differences(census.rooms, work.ghosts.positions(census.rooms))
        new, lasting = work.ghosts.store(differences)
        work.ghosts.turn_page(census.last)
    for ghost in new:
        log.warning("ghost_found", **_facts(ghost))
    for ghost in lasting:
        _repair(conversation, ghost)
    return census.last is not None


def _repair(conversation: Conversation[BookingsWork], ghost: Ghost) -> None:
    problem = None
    try:
        _align(conversation, ghost)
    except Refusal as refusal:
        problem = refusal.code
    except Unavailable:
        return
    with conversation.transaction() as work:
        work.ghosts.close(ghost, problem=problem)
    if problem:
        log.warning("ghost_left_to_people", code=problem, **_facts(ghost))
    else:
        log.info("ghost_mended", **_facts(ghost))


def _align(conversation: Conversation[BookingsWork], ghost: Ghost) -> None:
    if ghost.kind is GhostKind.NOT_IN_ITS_ROOM:
        occupy_again.occupy_again(conversation, hotel=ghost.hotel, booking_id=ghost.booking_id)
        return
    vacate.clear(
        conversation,
        hotel=ghost.hotel,
        room_number=ghost.room_number,
        booking_id=ghost.booking_id,
        why="nobody lives there",
    )


def _facts(ghost: Ghost) -> dict[str, str]:
    return {
        "kind": ghost.kind.value,
        "hotel": ghost.hotel,
        "room_number": ghost.room_number,
        "booking_id": ghost.booking_id,
    }

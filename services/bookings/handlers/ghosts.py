"""Comparing who is in house with which rooms are lived in, and mending by the ordinary ways what does not agree.

What is seen once may be on its way: only what is still there a minute later is mended. A room that is lived in by
nobody is cleared, a claim of nobody's is let go of, a guest in house moves into their room again where it is ready.
"""

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.bookings import BookingStatus
from contracts.rooms.occupancy import TakeCensus
from services.bookings.domain import ghosts
from services.bookings.domain.booking import ActionKind
from services.bookings.domain.ghosts import Ghost, GhostKind
from services.bookings.handlers import actions, emptying
from services.bookings.work import BookingsWork

log = logs.logger(__name__)


def take_census(conversation: Conversation[BookingsWork]) -> bool:
    """Compare one page of rooms, if one is due."""
    with conversation.transaction() as work:
        after = work.ghosts.take_page()
    if after is None:
        return False
    try:
        census = conversation.ask(TakeCensus(after=after))
    except Unavailable:
        return False
    with conversation.transaction() as work:
        new, sure = work.ghosts.see(ghosts.found(census.rooms, work.ghosts.standings(census.rooms)))
        work.ghosts.turn_page(census.last)
    for ghost in new:
        log.warning("ghost_found", **_facts(ghost))
    for ghost in sure:
        _settle(conversation, ghost)
    return census.last is not None


def _settle(conversation: Conversation[BookingsWork], ghost: Ghost) -> None:
    problem = None
    try:
        _mend(conversation, ghost)
    except Refusal as refusal:
        problem = refusal.code
    except Unavailable:
        return
    with conversation.transaction() as work:
        work.ghosts.settle(ghost, problem=problem)
    if problem:
        log.warning("ghost_left_to_people", code=problem, **_facts(ghost))
    else:
        log.info("ghost_mended", **_facts(ghost))


def _mend(conversation: Conversation[BookingsWork], ghost: Ghost) -> None:
    if ghost.kind is GhostKind.NOT_IN_ITS_ROOM:
        _move_in_again(conversation, ghost.booking_id)
        return
    emptying.clear(
        conversation,
        hotel=ghost.hotel,
        room_number=ghost.room_number,
        booking_id=ghost.booking_id,
        why="nobody lives there",
    )


def _move_in_again(conversation: Conversation[BookingsWork], booking_id: str) -> None:
    with conversation.transaction() as work:
        booking = work.bookings.lock(booking_id)
        if booking is None or booking.status is not BookingStatus.IN_HOUSE:
            return
        begun = actions.begin(work, booking, ActionKind.SEAT)
    actions.carry_out(conversation, begun)


def _facts(ghost: Ghost) -> dict[str, str]:
    return {
        "kind": ghost.kind.value,
        "hotel": ghost.hotel,
        "room_number": ghost.room_number,
        "booking_id": ghost.booking_id,
    }

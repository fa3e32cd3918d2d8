"""Checks that every sold stay has a room of its type in a plan, and tells staff once of each one that has none."""

from datetime import timedelta

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.rooms.events import AvailabilityChanged
from contracts.rooms.room_plan import FindRoomPlan, RoomPlanProposal
from services.bookings.domain import room_plan, room_plan_checks
from services.bookings.domain.room_plan import StaysToPlan
from services.bookings.domain.room_plan_checks import RoomPlanCheck
from services.bookings.work import BookingsWork

EVERY = timedelta(minutes=10)  # a plan takes a process of its own; a hotel that has not changed needs none
RETRY_AFTER = timedelta(minutes=1)

log = logs.logger(__name__)


def check_soon(event: AvailabilityChanged, work: BookingsWork) -> None:
    """Make the check of the hotel due: its rooms, blocks or types have changed."""
    work.event_effects.check_room_plan(event.hotel, now=work.now)


def check_room_plans(conversation: Conversation[BookingsWork]) -> bool:
    """Check one hotel whose check is due. Returns False where none is due, or the rooms service does not answer.

    The plan is made for the stays as auto-assign would make it, and is not carried out.
    """
    with conversation.at_once() as work:  # one statement
        check = work.room_plan_checks.take(now=work.now, again_at=work.now + EVERY)
    if check is None:
        return False
    with conversation.reading() as work:
        yesterday = work.now.date() - timedelta(days=1)  # of any hotel: UTC is at most a day ahead
        digest = work.room_plan_checks.digest(check.hotel, after=yesterday)
        version = room_plan_checks.version_of(digest, check, now=work.now)
        if version == check.version:
            return True
        stays = room_plan.all_sold(work.room_plan.sold(check.hotel, after=yesterday))
    try:
        proposal = _proposal(check.hotel, stays, conversation)
    except (Unavailable, Refusal) as problem:
        if isinstance(problem, Refusal):
            log.warning("room_plan_not_checked", hotel=check.hotel, code=problem.code)
        with conversation.transaction() as work:
            work.event_effects.check_room_plan(check.hotel, now=work.now + RETRY_AFTER)
        return isinstance(problem, Refusal)
    with conversation.transaction() as work:
        _store(check, version, proposal, work)
    return True


def _proposal(hotel: str, stays: StaysToPlan, conversation: Conversation[BookingsWork]) -> RoomPlanProposal:
    if not stays.needing:
        return RoomPlanProposal(version="")
    return conversation.ask(FindRoomPlan(hotel=hotel, needing=stays.needing, fixed=stays.fixed))


def _store(check: RoomPlanCheck, version: str, proposal: RoomPlanProposal, work: BookingsWork) -> None:
    """Store the result, and tell staff what they do not know from the check before, whoever made that one."""
    before = work.room_plan_checks.lock(check.hotel)
    stays, news = room_plan_checks.compared(before.impossible if before else (), proposal, now=work.now)
    work.room_plan_checks.save(check.hotel, version=version, impossible=stays, now=work.now)
    for each in news:
        work.publish(room_plan_checks.impossible(check.hotel, each))

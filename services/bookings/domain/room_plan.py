"""Room plans: which bookings need a room, which keep theirs, and whether bookings are as a plan was made for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from chassis.refusal import Refusal
from contracts.bookings.room_plan import AssignedStay, MovedStay, PlanRooms, RoomsPlanned
from contracts.bookings.status import BookingStatus
from contracts.data import Data
from contracts.rooms.room_plan import PlannedStay, RoomPlanProposal, StayNeedingRoom
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import PlanPart
from services.bookings.domain.validation import field_errors, invalid, refuse_if

MOST_NIGHTS = 366
MOST_STAYS = 500


class ConfirmedStay(NamedTuple):
    """A confirmed booking of the hotel.

    `is_fixed`: the booking has a pending action, or its room is locked or held for a change that waits.
    """

    booking_id: str
    check_in: date
    check_out: date
    party: int
    room_number: str | None
    is_fixed: bool


class BegunPlan(Data):
    """A plan whose bookings wait for their rooms under the action id `plan_id`.

    `booking_id` is the only booking that gets its first room, where the plan was made for one.
    """

    plan_id: str
    proposal: RoomPlanProposal
    booking_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class StaysToPlan:
    """The bookings that are to have a room, and the ids of those that keep theirs."""

    needing: tuple[StayNeedingRoom, ...]
    fixed: tuple[str, ...]

    def without(self, differing: frozenset[str]) -> "StaysToPlan":
        """The same with these bookings kept out of the plan: what the rooms service knows of them is out of date."""
        needing = tuple(stay for stay in self.needing if stay.booking_id not in differing)
        return StaysToPlan(needing=needing, fixed=(*self.fixed, *sorted(differing - set(self.fixed))))


def check(command: PlanRooms) -> None:
    """Check the nights and the number of bookings. Refused `VALIDATION_ERROR`."""
    nights = (command.until - command.starts_on).days
    errors = field_errors(
        (nights < 1, "until", "must be after from"),
        (nights > MOST_NIGHTS, "until", f"at most {MOST_NIGHTS} nights"),
        (len(command.booking_ids or ()) > MOST_STAYS, "booking_ids", f"at most {MOST_STAYS} bookings"),
    )
    refuse_if(errors, "The stays to plan are not valid.")


def to_plan(command: PlanRooms, stays: Sequence[ConfirmedStay]) -> StaysToPlan:
    """The stays without a room that have a night in the command's nights; of those, the named ones.

    Refused `VALIDATION_ERROR` for a named stay without such a night, `ACTION_IN_PROGRESS` for a named stay without a
    room whose booking has a pending action.
    """
    named = None if command.booking_ids is None else set(command.booking_ids)
    needing = []
    for stay in stays:
        inside = stay.check_in < command.until and stay.check_out > command.starts_on
        is_named = named is not None and stay.booking_id in named
        if is_named and not inside:
            raise invalid("booking_ids", f"{stay.booking_id} has none of these nights")
        if is_named and stay.is_fixed and stay.room_number is None:
            raise Refusal("ACTION_IN_PROGRESS", f"Something else is being done with {stay.booking_id}.")
        if inside and (named is None or is_named) and stay.room_number is None and not stay.is_fixed:
            needing.append(StayNeedingRoom(booking_id=stay.booking_id, party=stay.party))
    return StaysToPlan(needing=tuple(needing), fixed=tuple(stay.booking_id for stay in stays if stay.is_fixed))


def for_one(booking: Booking, stays: Iterable[ConfirmedStay]) -> StaysToPlan:
    """Only this booking, which has no room, is to have one."""
    needing = StayNeedingRoom(booking_id=booking.id, party=booking.party)
    return StaysToPlan(needing=(needing,), fixed=tuple(stay.booking_id for stay in stays if stay.is_fixed))


def all_sold(stays: Iterable[ConfirmedStay]) -> StaysToPlan:
    """Every stay without a room is to have one."""
    needing, fixed = [], []
    for stay in stays:
        if stay.room_number is None:
            needing.append(StayNeedingRoom(booking_id=stay.booking_id, party=stay.party))
        elif stay.is_fixed:
            fixed.append(stay.booking_id)
    return StaysToPlan(needing=tuple(needing), fixed=tuple(fixed))


def outdated() -> Refusal:
    """The refusal `PLAN_OUTDATED`, after the last attempt."""
    return Refusal("PLAN_OUTDATED", "The hotel's rooms and stays keep changing; try again.")


def rooms(proposal: RoomPlanProposal) -> dict[str, PlannedStay]:
    """The rooms that the plan gives, keyed by booking id, ascending."""
    return {each.booking_id: each for each in sorted((*proposal.assigned, *proposal.moved), key=_booking_id)}


def check_size(proposal: RoomPlanProposal) -> None:
    """Check that the plan is not about too many stays for one transaction. Refused `VALIDATION_ERROR`."""
    if len(proposal.assigned) + len(proposal.moved) > MOST_STAYS:
        raise invalid("until", f"the plan is about more than {MOST_STAYS} stays; plan fewer nights")


def differing(bookings: Mapping[str, Booking], planned: Mapping[str, PlannedStay]) -> frozenset[str]:
    """The planned bookings that are not as the plan was made for.

    They are not confirmed, have a pending action, have a room that is locked or held for a change, or have another room
    than the plan knows.
    """
    as_planned = {
        booking_id
        for booking_id, booking in bookings.items()
        if booking.status is BookingStatus.CONFIRMED
        and booking.pending is None
        and not booking.room_locked
        and not (booking.pending_change and booking.assigned_room_number)
        and booking.assigned_room_number == planned[booking_id].previous_room_number
    }
    return frozenset(planned.keys() - as_planned)


def part_of(proposal: RoomPlanProposal, planned: PlannedStay) -> PlanPart:
    """What the pending action of a booking stores of the plan, besides the room's number."""
    return PlanPart(
        version=proposal.version,
        hold_version=planned.hold_version,
        previous_room_number=planned.previous_room_number,
    )


def begun(plan_id: str, waiting: Iterable[Booking]) -> BegunPlan | None:
    """The plan as the pending actions of its bookings have it; None where no booking waits for the plan."""
    version, planned = "", []
    for booking in waiting:
        intent = booking.pending
        if intent and intent.plan and intent.id == plan_id:
            version = intent.plan.version
            planned.append(
                PlannedStay(
                    booking_id=booking.id,
                    room_number=intent.room_number,
                    hold_version=intent.plan.hold_version,
                    previous_room_number=intent.plan.previous_room_number,
                )
            )
    if not planned:
        return None
    return BegunPlan(plan_id=plan_id, proposal=RoomPlanProposal(version=version, assigned=tuple(planned)))


def reply(proposal: RoomPlanProposal) -> RoomsPlanned:
    """The plan as staff see it."""
    return RoomsPlanned(
        assigned=tuple(
            AssignedStay(booking_id=each.booking_id, room_number=each.room_number) for each in proposal.assigned
        ),
        moved=tuple(
            MovedStay(booking_id=each.booking_id, from_room=each.previous_room_number or "", to_room=each.room_number)
            for each in proposal.moved
        ),
        impossible=proposal.impossible,
        proven=proposal.proven,
        moves_at_least=proposal.moves_at_least,
    )


def _booking_id(planned: PlannedStay) -> str:
    return planned.booking_id

"""The turnover of a room. Only this table knows which status may follow which, and who may cause the change."""

from typing import ClassVar

from chassis.lifecycle import Lifecycle
from contracts.rooms.events import RoomStatus
from contracts.values import Permission


class Act:
    """An act that changes a room's status.

    Staff need one of the permissions in `needs`; no person can do an act whose `needs` is empty.
    """

    needs: ClassVar[tuple[Permission, ...]] = ()
    note_required: ClassVar[bool] = False
    overrides: ClassVar[bool] = False
    cleans: ClassVar[bool] = False
    inspects: ClassVar[bool] = False


class GuestMovedIn(Act):
    """A guest moved in: check-in, a walk-in or a move."""


class GuestMovedOut(Act):
    """A guest moved out: check-out, a move or an in-house cancellation."""


class MoveInUndone(Act):
    """The check-in was undone, and the room is as ready as before. A room that has to be cleaned is moved out of."""


class MoveOutUndone(Act):
    """The check-out was undone, and the guest is back in the room, whatever has been cleaned meanwhile."""


class CleaningStarted(Act):
    """Cleaning has started."""

    needs = (Permission.CLEAN,)


class CleaningStopped(Act):
    """Cleaning has stopped before the end."""

    needs = (Permission.CLEAN,)


class Cleaned(Act):
    """The room is clean and has to be inspected."""

    needs = (Permission.CLEAN,)
    cleans = True


class InspectionPassed(Act):
    """The inspection found the room ready for the next guest."""

    needs = (Permission.INSPECT,)
    inspects = True


class InspectionFailed(Act):
    """The inspection found that the room has to be cleaned again."""

    needs = (Permission.INSPECT,)
    inspects = True


class InspectionSkipped(Act):
    """The room is declared ready without an inspection: an override, with a note."""

    needs = (Permission.OVERRIDE,)
    note_required = True
    overrides = True
    cleans = True


class MaintenanceCalled(Act):
    """Something in the room needs a repair."""

    needs = (Permission.CLEAN, Permission.INSPECT, Permission.MANAGE_ROOMS, Permission.MANAGE_CHECKIN)


class RepairedToClean(Act):
    """The room is repaired, and has to be cleaned."""

    needs = (Permission.CLEAN, Permission.INSPECT, Permission.MANAGE_ROOMS)


class RepairedAndReady(Act):
    """The room is repaired, and ready for a guest."""

    needs = (Permission.INSPECT, Permission.MANAGE_ROOMS)


class TakenOutOfOrder(Act):
    """The room is out of order until a date: neither sold nor assigned."""

    needs = (Permission.MANAGE_ROOMS,)


class ReturnedToClean(Act):
    """The room is back in order, and has to be cleaned: by staff, or by itself at the hotel's midnight of `until`."""

    needs = (Permission.MANAGE_ROOMS,)


class ReturnedReady(Act):
    """The room is back in order, and ready for a guest."""

    needs = (Permission.MANAGE_ROOMS,)


S = RoomStatus

LIFECYCLE: Lifecycle[RoomStatus] = Lifecycle(
    # while                   this is done       it becomes
    (S.READY_FOR_GUEST, GuestMovedIn, S.OCCUPIED),
    (S.READY_FOR_GUEST, MaintenanceCalled, S.MAINTENANCE_REQUIRED),
    (S.READY_FOR_GUEST, TakenOutOfOrder, S.OUT_OF_ORDER),
    (S.OCCUPIED, GuestMovedOut, S.CHECKOUT_DIRTY),
    (S.OCCUPIED, MoveInUndone, S.READY_FOR_GUEST),
    (S.CHECKOUT_DIRTY, MoveOutUndone, S.OCCUPIED),
    (S.CLEANING_IN_PROGRESS, MoveOutUndone, S.OCCUPIED),
    (S.CLEANED_UNINSPECTED, MoveOutUndone, S.OCCUPIED),
    (S.CHECKOUT_DIRTY, CleaningStarted, S.CLEANING_IN_PROGRESS),
    (S.CHECKOUT_DIRTY, Cleaned, S.CLEANED_UNINSPECTED),
    (S.CHECKOUT_DIRTY, InspectionSkipped, S.READY_FOR_GUEST),
    (S.CHECKOUT_DIRTY, MaintenanceCalled, S.MAINTENANCE_REQUIRED),
    (S.CLEANING_IN_PROGRESS, Cleaned, S.CLEANED_UNINSPECTED),
    (S.CLEANING_IN_PROGRESS, CleaningStopped, S.CHECKOUT_DIRTY),
    (S.CLEANING_IN_PROGRESS, InspectionSkipped, S.READY_FOR_GUEST),
    (S.CLEANING_IN_PROGRESS, MaintenanceCalled, S.MAINTENANCE_REQUIRED),
    (S.CLEANED_UNINSPECTED, InspectionPassed, S.READY_FOR_GUEST),
    (S.CLEANED_UNINSPECTED, InspectionFailed, S.CHECKOUT_DIRTY),
    (S.CLEANED_UNINSPECTED, MaintenanceCalled, S.MAINTENANCE_REQUIRED),
    (S.MAINTENANCE_REQUIRED, RepairedToClean, S.CHECKOUT_DIRTY),
    (S.MAINTENANCE_REQUIRED, RepairedAndReady, S.READY_FOR_GUEST),
    (S.MAINTENANCE_REQUIRED, TakenOutOfOrder, S.OUT_OF_ORDER),
    (S.OUT_OF_ORDER, ReturnedToClean, S.CHECKOUT_DIRTY),
    (S.OUT_OF_ORDER, ReturnedReady, S.READY_FOR_GUEST),
    code="ILLEGAL_ROOM_TRANSITION",
)

BY_A_STAY = (GuestMovedIn, GuestMovedOut, MoveInUndone, MoveOutUndone)

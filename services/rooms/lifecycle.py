"""The turnover of a room. Only this table knows what may follow what, and who may bring it about."""

from typing import ClassVar

from chassis.lifecycle import Lifecycle
from contracts.rooms import RoomStatus
from contracts.values import Permission


class Act:
    """Something done to a room. Staff need any one of `needs`; none: no person does it by hand."""

    needs: ClassVar[tuple[Permission, ...]] = ()
    note_required: ClassVar[bool] = False
    overrides: ClassVar[bool] = False
    cleans: ClassVar[bool] = False
    inspects: ClassVar[bool] = False


class GuestMovedIn(Act):
    """By check-in or a move."""


class GuestMovedOut(Act):
    """By check-out, a move or an in-house cancellation."""


class CleaningStarted(Act):
    """Somebody is at it."""

    needs = (Permission.CLEAN,)


class CleaningStopped(Act):
    """Left unfinished."""

    needs = (Permission.CLEAN,)


class Cleaned(Act):
    """Ready to be looked at."""

    needs = (Permission.CLEAN,)
    cleans = True


class InspectionPassed(Act):
    """Fit for the next guest."""

    needs = (Permission.INSPECT,)
    inspects = True


class InspectionFailed(Act):
    """To be cleaned again."""

    needs = (Permission.INSPECT,)
    inspects = True


class InspectionSkipped(Act):
    """Declared fit without a look: an override that has to be explained."""

    needs = (Permission.OVERRIDE,)
    note_required = True
    overrides = True
    cleans = True


class MaintenanceCalled(Act):
    """Whoever sees that something is broken may say so."""

    needs = (Permission.CLEAN, Permission.INSPECT, Permission.MANAGE_ROOMS, Permission.MANAGE_CHECKIN)


class RepairedToClean(Act):
    """Repaired, to be cleaned after the work."""

    needs = (Permission.CLEAN, Permission.INSPECT, Permission.MANAGE_ROOMS)


class RepairedAndReady(Act):
    """Repaired, and whoever says so answers for it that a guest may come."""

    needs = (Permission.INSPECT, Permission.MANAGE_ROOMS)


class TakenOutOfOrder(Act):
    """Not to be sold or given until a date."""

    needs = (Permission.MANAGE_ROOMS,)


class ReturnedToClean(Act):
    """Back in order, to be cleaned first."""

    needs = (Permission.MANAGE_ROOMS,)


class ReturnedReady(Act):
    """Back in order as it is."""

    needs = (Permission.MANAGE_ROOMS,)


S = RoomStatus

LIFECYCLE: Lifecycle[RoomStatus] = Lifecycle(
    # while                   this is done       it becomes
    (S.READY_FOR_GUEST, GuestMovedIn, S.OCCUPIED),
    (S.READY_FOR_GUEST, MaintenanceCalled, S.MAINTENANCE_REQUIRED),
    (S.READY_FOR_GUEST, TakenOutOfOrder, S.OUT_OF_ORDER),
    (S.OCCUPIED, GuestMovedOut, S.CHECKOUT_DIRTY),
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

BY_A_STAY = (GuestMovedIn, GuestMovedOut)

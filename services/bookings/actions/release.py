"""Release: the rooms service frees the nights that are held for a draft or for a stay that has ended."""

from typing import Any

from contracts.rooms.holds import ReleaseInventory
from services.bookings.domain.booking import ActionKind, Booking, PendingAction
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork


def _ask(booking: Booking, _: PendingAction) -> ReleaseInventory:
    return ReleaseInventory(booking_id=booking.id)


def _end(booking: Booking, _: PendingAction, __: Any, work: BookingsWork) -> Booking:
    return work.note(booking, pending=None)


RELEASE = TwoStepAction(ActionKind.RELEASE, _ask, _end)

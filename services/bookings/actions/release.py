"""Release: the rooms service frees the nights that are held for a draft or for a stay that has ended."""

from contracts.rooms.holds import ReleaseInventory
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.steps.pending_actions import TwoStepAction, end_unchanged


def _ask(booking: Booking, _: PendingAction) -> ReleaseInventory:
    return ReleaseInventory(**booking.about)


RELEASE = TwoStepAction(ActionKind.RELEASE, _ask, end_unchanged)

"""Undo at the front desk: check-ins, check-outs and no-shows are taken back, also such as never happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contracts.bookings.status import BookingStatus
from contracts.bookings.undo import PreviewUndo, UndoCheckIn, UndoCheckOut, UndoNoShow
from contracts.bookings.views import BookingRow
from contracts.rooms.events import RoomStatus
from contracts.rooms.undo import UndoStep
from tests.simulation.actors.colleague import Colleague

ROOM_STATUSES = (RoomStatus.READY_FOR_GUEST, RoomStatus.CHECKOUT_DIRTY)


def undo(colleague: Colleague) -> None:
    """Undo the last step of a booking, often after a preview; seldom a step that the booking has not taken."""
    steps: dict[UndoStep, tuple[BookingStatus, Callable[[Colleague, BookingRow], Any]]] = {
        UndoStep.CHECK_IN: (BookingStatus.IN_HOUSE, _undo_check_in),
        UndoStep.CHECK_OUT: (BookingStatus.COMPLETED, lambda at, booking: UndoCheckOut(**at.about(booking))),
        UndoStep.NO_SHOW: (BookingStatus.NO_SHOW, lambda at, booking: UndoNoShow(**at.about(booking))),
    }
    step = colleague.pick("step to undo", tuple(steps))
    status, command = steps[step]
    anyhow = colleague.chance("at any status", 0.1)
    booking = colleague.a_booking() if anyhow else colleague.a_booking(status)
    if booking is None:
        return
    if colleague.chance("previews", 0.5):
        room_status = RoomStatus.READY_FOR_GUEST
        colleague.client.read(PreviewUndo(**colleague.about(booking), step=step, room_status=room_status))
    colleague.client.command(command(colleague, booking))


def _undo_check_in(colleague: Colleague, booking: BookingRow) -> UndoCheckIn:
    status = colleague.pick("room status", ROOM_STATUSES)
    return UndoCheckIn(**colleague.about(booking), room_status=status, reason="Wrong guest.")

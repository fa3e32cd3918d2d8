"""The preview of an undo: what it would do now, and why it would be refused."""

from chassis.transactions.conversation import Conversation
from contracts.bookings.undo import PreviewUndo, UndoPreview
from contracts.rooms.undo import CheckUndo, UndoCheck, UndoRefusal, UndoStep
from services.bookings.domain import access, undo, views
from services.bookings.steps import booking_access
from services.bookings.work import BookingsWork

IN_PROGRESS = UndoRefusal(
    code="ACTION_IN_PROGRESS", message="Something else is being done with this booking; try again shortly."
)


def preview_undo(query: PreviewUndo, conversation: Conversation[BookingsWork]) -> UndoPreview:
    """What undoing the step would do now, for the hotel's staff. The rooms service is asked about its own part."""
    step = query.step
    with conversation.reading() as work:
        booking = booking_access.visible(work, hotel=query.hotel, booking_id=query.booking_id)
        access.staff_only(work.caller)
        booking_access.expected(work, booking)
        refusals = tuple(undo.refusals(booking, step, now=work.now))
        orders = len(work.orders.open_of(booking)) if step is UndoStep.CHECK_IN and not refusals else 0
    if booking.pending and not refusals:
        refusals = (IN_PROGRESS,)
    check = (
        UndoCheck()
        if refusals
        else conversation.ask(CheckUndo(**booking.about, step=step, check_out=booking.check_out))
    )
    refusals += check.refusals
    done = not refusals
    return UndoPreview(
        booking_id=booking.id,
        step=step,
        allowed=done,
        refusals=refusals,
        undo_until=undo.undo_until(booking, step),
        status=undo.STEPS[step].before if done else views.status_of(booking),
        room_number=check.room_number or booking.assigned_room_number,
        room_status=undo.room_status_after(step, query.room_status) if done else check.room_status,
        orders_cancelled=orders if done else 0,
        first_night=check.first_night,
        balance_due=undo.balance_after(booking, step) if done else booking.zero_if_none(booking.balance_due),
        version=booking.version,
    )

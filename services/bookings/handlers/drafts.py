"""The end of drafts: a draft that nobody submits expires after seven days, and is deleted when its token has ended."""

from services.bookings.domain import access
from services.bookings.work import BookingsWork


def delete_ended_drafts(work: BookingsWork) -> bool:
    """Delete some expired drafts with their guests, 30 days after their end; returns False where there are none."""
    return work.bookings.delete_drafts(ended_before=work.now - access.TOKEN_OUTLIVES)

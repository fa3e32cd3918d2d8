"""What was written to guests, by staff and by the system, and what became of it. Nobody is named elsewhere."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from contracts.bookings import Communication, Communications, CommunicationType, DeliveryStatus
from contracts.values import Page
from services.bookings.domain.booking import Booking
from services.bookings.store.paging import paged
from services.bookings.store.tables import COMMUNICATION

BY_STAFF = "message"
MEDIA = {
    CommunicationType.EMAIL: "mail",
    CommunicationType.SMS: "sms",
    CommunicationType.PHONE: "phone",
    CommunicationType.NOTE: "note",
}
TYPES = {medium: kind for kind, medium in MEDIA.items()}
_KEPT = COMMUNICATION.c


class CommunicationLog:
    """Every booking's communications."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, booking: Booking, kept: Communication) -> None:
        """What staff wrote or noted; `booking` is as the fact has left it."""
        row = {
            "notice_id": kept.id,
            "booking_id": booking.id,
            "occasion": BY_STAFF,
            "medium": MEDIA[kept.communication_type],
            "subject": kept.subject,
            "message": kept.message,
            "recipient": kept.recipient,
            "staff_member": kept.staff_member,
            "sequence": booking.version,
            "delivery_status": kept.delivery_status,
            "failure_reason": kept.failure_reason,
            "at": kept.sent_at,
        }
        self._connection.execute(COMMUNICATION.insert().values(row))

    def find(self, booking_id: str, communication_id: str) -> Communication | None:
        """One that staff wrote."""
        wanted = (_KEPT.booking_id == booking_id) & (_KEPT.notice_id == communication_id)
        row = self._connection.execute(sa.select(COMMUNICATION).where(wanted, _KEPT.occasion == BY_STAFF)).first()
        return _communication(row, "") if row else None

    def listed(self, booking: Booking, page: Page) -> Communications:
        """A page, newest first: what staff wrote, and every mail of the system's."""
        whose = (_KEPT.booking_id == booking.id) & (_KEPT.medium != "push")
        newest_first = sa.select(COMMUNICATION).where(whose).order_by(_KEPT.at.desc(), _KEPT.notice_id)
        rows, count = paged(self._connection, newest_first, page)
        found = tuple(_communication(row, booking.guest.email) for row in rows)
        return Communications(booking_id=booking.id, count=count, results=found)

    def note_notice(
        self,
        notice_id: str,
        booking_ids: tuple[str, ...],
        *,
        occasion: str,
        medium: str,
        subject: str,
        at: datetime,
        failure: str | None,
    ) -> None:
        """A push or mail has gone out, or has been given up."""
        status = DeliveryStatus.FAILED if failure else DeliveryStatus.SENT
        fate = {"delivery_status": status, "failure_reason": failure, "at": at}
        about = {"notice_id": notice_id, "occasion": occasion, "medium": medium, "subject": subject, **fate}
        known = fate | ({"subject": subject} if subject else {})
        rows = [{"booking_id": booking_id, **about} for booking_id in booking_ids]
        if rows:
            self._connection.execute(
                insert(COMMUNICATION)
                .values(rows)
                .on_conflict_do_update(index_elements=["notice_id", "booking_id"], set_=known)
            )


def _communication(row: Any, usual: str) -> Communication:
    return Communication(
        id=row.notice_id,
        communication_type=TYPES[row.medium],
        subject=row.subject or row.occasion.replace("_", " ").capitalize() * (row.staff_member is None),
        message=row.message,
        recipient=usual if row.recipient is None else row.recipient,
        staff_member=row.staff_member,
        sent_at=row.at,
        delivery_status=DeliveryStatus(row.delivery_status),
        failure_reason=row.failure_reason,
    )

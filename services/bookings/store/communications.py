"""Communications by staff and notices by the system, with their delivery. Only this store has the recipients."""

from typing import Any

import sqlalchemy as sa

from chassis.transactions.store import SqlStore
from contracts.bookings.communications import Communication, Communications, CommunicationType, DeliveryStatus
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
_ROW = COMMUNICATION.c
_ADD = COMMUNICATION.insert()


class SqlCommunications(SqlStore):
    """Every booking's communications."""

    def add(self, booking: Booking, communication: Communication) -> None:
        """Store a communication by staff. `booking` is the booking after the communication's event."""
        row = {
            **booking.about,
            "notice_id": communication.id,
            "occasion": BY_STAFF,
            "medium": MEDIA[communication.communication_type],
            "subject": communication.subject,
            "message": communication.message,
            "recipient": communication.recipient,
            "staff_member": communication.staff_member,
            "sequence": booking.version,
            "delivery_status": communication.delivery_status,
            "failure_reason": communication.failure_reason,
            "at": communication.sent_at,
        }
        self._connection.execute(_ADD, row)

    def find(self, booking: Booking, communication_id: str) -> Communication | None:
        """The communication by staff with this id; None where the booking has no such communication."""
        same = _of(booking) & (_ROW.notice_id == communication_id)
        row = self._connection.execute(sa.select(COMMUNICATION).where(same, _ROW.occasion == BY_STAFF)).first()
        return _communication(row, "") if row else None

    def page(self, booking: Booking, page: Page) -> Communications:
        """A page of a booking's communications by staff and mails by the system, newest first."""
        own = _of(booking) & (_ROW.medium != "push")
        newest_first = sa.select(COMMUNICATION).where(own).order_by(_ROW.at.desc(), _ROW.notice_id)
        rows, count = paged(self._connection, newest_first, page)
        results = tuple(_communication(row, booking.guest.email) for row in rows)
        return Communications(booking_id=booking.id, count=count, results=results)


def _of(booking: Booking) -> sa.ColumnElement[bool]:
    return (_ROW.hotel == booking.hotel) & (_ROW.booking_id == booking.id)


def _communication(row: Any, guest_address: str) -> Communication:
    return Communication(
        id=row.notice_id,
        communication_type=TYPES[row.medium],
        subject=row.subject or row.occasion.replace("_", " ").capitalize() * (row.staff_member is None),
        message=row.message,
        recipient=guest_address if row.recipient is None else row.recipient,
        staff_member=row.staff_member,
        sent_at=row.at,
        delivery_status=DeliveryStatus(row.delivery_status),
        failure_reason=row.failure_reason,
    )

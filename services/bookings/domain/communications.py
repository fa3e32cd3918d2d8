"""Communications by staff: messages to a guest and notes about a booking."""

import re
from datetime import datetime

from contracts.bookings.communications import (
    Communicate,
    Communication,
    CommunicationNoted,
    CommunicationRequested,
    CommunicationType,
    DeliveryStatus,
)
from contracts.data import Data
from contracts.values import Actor
from services.bookings.domain.booking import Booking
from services.bookings.domain.creation import EMAIL
from services.bookings.domain.validation import refuse_if
from services.bookings.lifecycle import COMMUNICATIONS

LONGEST_SUBJECT, LONGEST_MESSAGE, LONGEST_RECIPIENT = 200, 5000, 200
NO_SMS = "SMS_NOT_CONFIGURED"
PHONE = re.compile(r"[+0-9][0-9 ()./-]{3,39}")

Type = CommunicationType


class RecordedCommunication(Data):
    """A new communication and its event. The event contains neither personal data nor the text."""

    communication: Communication
    event: CommunicationRequested | CommunicationNoted


def begin(
    booking: Booking, command: Communicate, communication_id: str, *, by: Actor, now: datetime, sms: bool
) -> RecordedCommunication:
    """The record of a message or note; `sms` says whether text messages can be sent. Refused `VALIDATION_ERROR`."""
    kind = command.communication_type
    recipient = command.recipient.strip() or _usual_recipient(booking, kind)
    subject, message = command.subject.strip(), command.message.strip()
    _check(kind, subject, message, recipient)
    sendable = kind is Type.EMAIL or (kind is Type.SMS and sms)
    about = booking.about
    event = (
        CommunicationRequested(**about, communication_id=communication_id, communication_type=kind, requested_at=now)
        if sendable
        else CommunicationNoted(**about, communication_id=communication_id, communication_type=kind, noted_at=now)
    )
    failed = kind is Type.SMS and not sms
    communication = Communication(
        id=communication_id,
        communication_type=kind,
        subject=subject or (f"A message from {booking.terms.hotel.name}" if kind is Type.EMAIL else ""),
        message=message,
        recipient=recipient,
        staff_member=by,
        sent_at=now,
        delivery_status=DeliveryStatus.FAILED if failed else COMMUNICATIONS.after(None, type(event)),
        failure_reason=NO_SMS if failed else None,
    )
    return RecordedCommunication(communication=communication, event=event)


def _usual_recipient(booking: Booking, kind: CommunicationType) -> str:
    if kind is Type.EMAIL:
        return booking.guest.email
    return booking.guest.phone if kind in (Type.SMS, Type.PHONE) else ""


def _check(kind: CommunicationType, subject: str, message: str, recipient: str) -> None:
    errors = []
    if "\n" in subject or len(subject) > LONGEST_SUBJECT:
        errors.append({"field": "subject", "message": f"one line of at most {LONGEST_SUBJECT} characters"})
    if not 1 <= len(message) <= LONGEST_MESSAGE:
        errors.append({"field": "message", "message": f"must have 1 to {LONGEST_MESSAGE} characters"})
    if len(recipient) > LONGEST_RECIPIENT:
        errors.append({"field": "recipient", "message": f"at most {LONGEST_RECIPIENT} characters"})
    elif kind is Type.EMAIL and not EMAIL.fullmatch(recipient):
        errors.append({"field": "recipient", "message": "must be an e-mail address"})
    elif kind is Type.SMS and not PHONE.fullmatch(recipient):
        errors.append({"field": "recipient", "message": "must be a telephone number; the guest left none"})
    refuse_if(errors, "This cannot be sent so.")

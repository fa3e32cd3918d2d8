"""Communications by staff: messages to a guest and notes about a booking."""

import re
from datetime import datetime

from chassis.email_address import usable_address
from chassis.text import isolated
from contracts.bookings.communications import (
    Communicate,
    Communication,
    CommunicationNoted,
    CommunicationRequested,
    CommunicationType,
    DeliveryStatus,
)
from contracts.data import Data
from contracts.fields import EMAIL, LETTER, PHONE, RECIPIENT, SUBJECT
from contracts.values import Actor
from services.bookings.domain.booking import Booking
from services.bookings.domain.validation import refuse_if, text_errors
from services.bookings.lifecycle import COMMUNICATIONS

NO_SMS = "SMS_NOT_CONFIGURED"
DIALLED = re.compile(rf"[+0-9][0-9 ()./-]{{3,{PHONE.most - 1}}}")

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
    if kind is Type.EMAIL:
        recipient = usable_address(recipient)
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
        subject=subject or (f"A message from {isolated(booking.terms.hotel.name)}" if kind is Type.EMAIL else ""),
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
    errors = text_errors(
        ("subject", subject, SUBJECT),
        ("message", message, LETTER),
        ("recipient", recipient, EMAIL if kind is Type.EMAIL else RECIPIENT),
    )
    if kind is Type.SMS and not DIALLED.fullmatch(recipient):
        errors.append({"field": "recipient", "message": "must be a telephone number; the guest left none"})
    refuse_if(errors, "This cannot be sent so.")

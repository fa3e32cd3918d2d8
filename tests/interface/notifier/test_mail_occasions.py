"""Every occasion of a mail to a guest, as specified, over SMTP."""

import re
from dataclasses import replace
from typing import Any

import pytest

from contracts.bookings.approval import BookingAwaitsApproval, BookingConfirmed, BookingDeclined
from contracts.bookings.communications import GetMailFacts
from contracts.bookings.events import (
    BookingCancelled,
    BookingExpired,
    BookingHeld,
    BookingPaymentFailed,
    PaymentTurnedAway,
)
from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.bookings.lookups import GetLookupLetter, LinkedBooking, LookupLetter, LookupRequested
from contracts.bookings.refunds import BookingRefunded
from contracts.bookings.status import ExpiryReason
from contracts.bookings.stay_changes import ChangeLapse, StayChanged, StayChangeLapsed
from contracts.bookings.stays import GuestCheckedIn, GuestCheckedOut
from contracts.message import Event
from sandbox.mailbox.stand_in import MailboxStandIn
from services.notifier.domain.mails import MAILS
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, CARD, HOTEL, envelope_of, mail_facts, sample

GUEST = "ada@guest.example"
OTHER = "BK-2027-DEF567"

SPECIFIED = {
    BookingHeld: f"Booking received - {BOOKING}",
    BookingAwaitsApproval: f"Payment authorized — awaiting hotel confirmation ({BOOKING})",
    BookingConfirmed: f"Booking Confirmed - {BOOKING}",
    BookingDeclined: f"Booking Update - {BOOKING}",
    BookingCancelled: f"Booking Cancelled - {BOOKING}",
    BookingExpired: f"Booking Expired - {BOOKING}",
    BookingPaymentFailed: f"Payment problem - {BOOKING}",
    BookingRefunded: f"Refund processed - {BOOKING}",
    GuestCheckedIn: "Welcome to Hotel Killarney",
    GuestCheckedOut: "Thank you for staying at Hotel Killarney",
}


BEYOND = {
    PaymentTurnedAway: f"Payment not taken - {BOOKING}",
    GuestTokenRevoked: f"Your booking - {BOOKING}",
    StayChanged: f"Booking changed - {BOOKING}",
    StayChangeLapsed: f"Change not paid - {BOOKING}",
}
OCCASIONS = SPECIFIED | BEYOND
MAILED_ONLY_WITH: dict[type[Event], dict[str, Any]] = {
    BookingExpired: {"reason": ExpiryReason.HOLD_RAN_OUT},
    GuestTokenRevoked: {"address_corrected": True},
    StayChangeLapsed: {"reason": ChangeLapse.NOT_PAID},
}


def test_the_table_of_mails_has_exactly_these_occasions() -> None:
    assert set(MAILS) == set(OCCASIONS)


@pytest.fixture(autouse=True)
def _bookings_answers(notifier: Notifier) -> None:
    notifier.answers[GetMailFacts] = lambda _: mail_facts(guest_email=GUEST)


@pytest.mark.parametrize("kind", OCCASIONS, ids=lambda kind: kind.__name__)
def test_each_occasion_sends_one_mail_in_text_and_html_with_hotel_local_dates(
    notifier: Notifier, mailbox: MailboxStandIn, kind: type[Event]
) -> None:
    fields = MAILED_ONLY_WITH.get(kind, {})
    envelope = envelope_of(sample(kind, **fields))
    notifier.deliver(envelope)
    notifier.deliver(envelope)
    notifier.run("SendMail")

    [mail] = mailbox.messages()
    assert (mail["to"], mail["subject"]) == ([GUEST], OCCASIONS[kind])
    html = mail["html"] or ""
    for part in (mail["text"] or "", html):
        for text in ("Hotel Killarney", BOOKING, "Friday 12 March 2027", "Sunday 14 March 2027", "EUR 150.00"):
            assert text in part
    assert html.count("<html") == 1
    [(status, headline)] = notifier.sql(
        "SELECT n.status, o.data->>'headline' FROM notice n, outbox o WHERE medium = 'mail'"
    )
    assert (status, headline) == ("SENT", OCCASIONS[kind])


def test_a_lookup_sends_one_mail_with_a_link_to_each_booking(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    booking = sample(LinkedBooking, booking_id=BOOKING, access_code="CODE-1")
    letter = LookupLetter(
        recipient=GUEST, hotel_card=CARD, bookings=(booking, replace(booking, booking_id=OTHER, access_code="CODE-2"))
    )
    notifier.answers[GetLookupLetter] = lambda _: letter
    envelope = envelope_of(sample(LookupRequested, lookup_id="0b6f0b8e-3c1f-4a43-9d3c-7d8a3b0a1f00"))
    notifier.deliver(envelope)
    notifier.deliver(envelope)

    notifier.run("SendLookup")

    [mail] = mailbox.messages()
    assert (mail["to"], mail["subject"]) == ([GUEST], "Your bookings at Hotel Killarney")
    for part in (mail["text"] or "", mail["html"] or ""):
        assert "Friday 12 March 2027" in part
        for booking_id, code in ((BOOKING, "CODE-1"), (OTHER, "CODE-2")):
            assert f"https://stay.example/guest/{HOTEL}/bookings/{booking_id}#code={code}" in part


def test_the_html_of_a_mail_loads_no_external_resource(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    notifier.deliver(envelope_of(sample(BookingConfirmed)))
    notifier.run("SendMail")

    [mail] = mailbox.messages()
    assert mail["html"]
    assert re.findall(r"<(?:img|link|script|iframe)|url\(|src=", mail["html"]) == []

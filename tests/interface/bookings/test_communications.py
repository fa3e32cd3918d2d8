"""Communications by staff, and their delivery."""

import uuid
from typing import Any

import pytest

from contracts.bookings.amendments import AmendBooking
from contracts.bookings.communications import (
    Communicate,
    Communication,
    CommunicationType,
    GetLetter,
    ListCommunications,
)
from contracts.bookings.queries import GetTimeline
from contracts.notifier.events import NoticeGaveUp, NoticeSent
from contracts.values import Page
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, refused
from tests.unit.bookings.builders import ANNA, HOTEL, NOW, STAFF, STRANGER, SYSTEM

EMAIL, SMS, PHONE, NOTE = CommunicationType


def said(service: BookingsUnderTest, booking_id: str, kind: CommunicationType = EMAIL, **more: Any) -> Communication:
    fields = {"communication_type": kind, "message": "See you soon.", **more}
    communication: Communication = service.ask(Communicate(**about(booking_id, **fields)))
    return communication


def notice(booking_id: str, **more: Any) -> dict[str, Any]:
    return {"booking_id": booking_id, "hotel": HOTEL, "occasion": "message", "medium": "mail", **more}


def test_a_mail_is_pending_until_the_mail_server_accepts_it(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id

    communication = said(service, booking_id, subject="Your arrival")
    assert (communication.delivery_status, communication.recipient, communication.staff_member) == (
        "PENDING",
        "ada@example.com",
        ANNA,
    )
    service.deliver(NoticeSent(**notice(booking_id, notice_id=communication.id), sent_at=NOW))

    (listed,) = service.ask(ListCommunications(**about(booking_id))).results
    assert (listed.id, listed.delivery_status, listed.failure_reason) == (communication.id, "SENT", None)
    assert (listed.subject, listed.message) == ("Your arrival", "See you soon.")


def test_a_mail_given_up_has_a_failure_reason(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    communication = said(service, booking_id)

    service.deliver(
        NoticeGaveUp(**notice(booking_id, notice_id=communication.id), reason_code="SMTP_550", gave_up_at=NOW)
    )

    (listed,) = service.ask(ListCommunications(**about(booking_id))).results
    assert (listed.delivery_status, listed.failure_reason) == ("FAILED", "SMTP_550")


def test_a_communication_event_carries_no_text_and_no_personal_data(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id

    said(service, booking_id, subject="PLANTED-1", message="PLANTED-2", recipient="planted@example.org")
    said(service, booking_id, NOTE, message="PLANTED-3")

    assert "planted" not in str(service.rows("SELECT data::text, subject FROM outbox")).lower()
    assert service.events(booking_id)[1:] == ["CommunicationRequested", "CommunicationNoted"]


def test_a_text_message_fails_at_once_without_a_provider(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id

    communication = said(service, booking_id, SMS)

    assert (communication.delivery_status, communication.failure_reason) == ("FAILED", "SMS_NOT_CONFIGURED")
    assert service.events(booking_id)[-1] == "CommunicationNoted"
    with_provider = BookingsUnderTest(service.engine, sms=True)
    assert said(with_provider, booking_id, SMS).delivery_status == "PENDING"
    assert service.events(booking_id)[-1] == "CommunicationRequested"


@pytest.mark.parametrize("kind", [PHONE, NOTE])
def test_calls_and_notes_are_records_that_are_not_sent(service: BookingsUnderTest, kind: CommunicationType) -> None:
    booking_id = service.book().booking.booking_id

    communication = said(service, booking_id, kind)

    assert communication.delivery_status == "DELIVERED"
    assert communication.recipient == ("+353 1" if kind is PHONE else "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"message": " "},
        {"message": "x" * 5001},
        {"subject": "a\nBcc: b"},
        {"recipient": "nobody"},
        {"subject": "x" * 201},
    ],
)
def test_an_invalid_communication_is_refused(service: BookingsUnderTest, wrong: dict[str, str]) -> None:
    booking_id = service.book().booking.booking_id

    with pytest.raises(Exception, match="VALIDATION_ERROR"):
        said(service, booking_id, **wrong)


def test_the_systems_mails_are_listed_too(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    own = {"occasion": "booking_confirmed", "notice_id": str(uuid.uuid4()), "headline": "Booking Confirmed - BK"}
    given_up = {"occasion": "booking_created", "notice_id": str(uuid.uuid4()), "medium": "push"}
    welcome = {"occasion": "welcome", "notice_id": str(uuid.uuid4())}

    service.deliver(
        NoticeSent(**notice(booking_id, **own), sent_at=NOW),
        NoticeGaveUp(**notice(booking_id, **given_up), reason_code="PUSH_400", gave_up_at=NOW),
        NoticeGaveUp(**notice(booking_id, **welcome), reason_code="SMTP_550", gave_up_at=NOW),
    )

    listed = service.ask(ListCommunications(**about(booking_id))).results
    assert {(communication.subject, communication.delivery_status) for communication in listed} == {
        ("Booking Confirmed - BK", "SENT"),
        ("Welcome", "FAILED"),
    }
    assert {communication.recipient for communication in listed} == {"ada@example.com"}
    assert {communication.staff_member for communication in listed} == {None}


def test_notifier_asks_for_the_text_and_recipient_of_a_message(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    own, other = said(service, booking_id), said(service, booking_id, recipient="partner@example.org")
    ask = GetLetter(**about(booking_id), communication_id=own.id)

    letter = service.ask(ask, SYSTEM)
    elsewhere = service.ask(GetLetter(**about(booking_id), communication_id=other.id), SYSTEM)

    assert (letter.recipient, letter.message) == ("ada@example.com", "See you soon.")
    assert letter.facts.access_code
    assert elsewhere.facts.access_code is None  # a link that opens the booking goes to its guest alone
    assert refused(service, ask, STAFF) == "PERMISSION_DENIED"
    unknown = GetLetter(**about(booking_id), communication_id=str(uuid.uuid4()))
    assert refused(service, unknown, SYSTEM) == "COMMUNICATION_NOT_FOUND"


def test_a_mail_keeps_its_recipient_when_the_guests_address_changes(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    communication = said(service, booking_id)

    service.ask(AmendBooking(**about(booking_id, guest_email="new@example.com")))

    letter = service.ask(GetLetter(**about(booking_id), communication_id=communication.id), SYSTEM)
    assert (letter.recipient, letter.facts.access_code) == ("ada@example.com", None)


def test_communications_are_for_the_hotels_own_staff(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id = created.booking.booking_id

    for ask in (
        ListCommunications(**about(booking_id)),
        Communicate(**about(booking_id, communication_type=NOTE, message="x")),
    ):
        assert refused(service, ask, guest_of(created)) == "PERMISSION_DENIED"
        assert refused(service, ask, STRANGER) == "BOOKING_NOT_FOUND"


def test_communications_are_paged_newest_first_and_are_in_the_timeline(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    for number in range(3):
        service.pass_time(minutes=1)
        said(service, booking_id, NOTE, message=f"note {number}")

    page = service.ask(ListCommunications(**about(booking_id, page=Page(page=2, page_size=2))))
    beyond = service.ask(ListCommunications(**about(booking_id, page=Page(page=9, page_size=2))))

    assert (page.count, [communication.message for communication in page.results]) == (3, ["note 0"])
    assert (beyond.count, beyond.results) == (3, ())
    timeline = service.ask(GetTimeline(**about(booking_id))).items
    assert [item.why for item in timeline if item.what == "CommunicationNoted"] == [f"note: note {n}" for n in range(3)]

"""Each mail is sent once, through faults of the mail server and of bookings."""

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.approval import BookingConfirmed
from contracts.bookings.communications import GetMailFacts
from contracts.bookings.status import BookingStatus
from contracts.message import Envelope
from sandbox.mailbox.stand_in import MailboxStandIn
from tests.interface.notifier.conftest import TABLES, Notifier
from tests.unit.notifier.samples import BOOKING, HOTEL, envelope_of, mail_facts, sample

GUEST = "planted-guest@example.org"


@pytest.fixture(autouse=True)
def _bookings_answers(notifier: Notifier) -> None:
    facts = mail_facts(code="PLANTED-CODE", guest_email=GUEST, guest_first_name="PLANTED-NAME")
    notifier.answers[GetMailFacts] = lambda _: facts


def confirmed() -> Envelope:
    return envelope_of(
        sample(BookingConfirmed, status=BookingStatus.CONFIRMED, previous_status=BookingStatus.PENDING_APPROVAL)
    )


def test_an_event_delivered_twice_is_mailed_once(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    envelope = confirmed()
    notifier.deliver(envelope)
    notifier.deliver(envelope)

    notifier.run("SendMail")

    (mail,) = mailbox.messages()
    assert mail["to"] == [GUEST]
    assert mail["from"] == "bookings@hotelmate.example"
    assert mail["subject"] == f"Booking Confirmed - {BOOKING}"
    assert mail["text"] is not None
    assert f"https://stay.example/guest/{HOTEL}/bookings/{BOOKING}#code=PLANTED-CODE" in mail["text"]
    assert mail["html"] is not None
    assert "PLANTED-NAME" in mail["html"]


def test_without_the_rows_of_inbox_and_notice_the_event_would_be_mailed_twice(
    notifier: Notifier, mailbox: MailboxStandIn
) -> None:
    envelope = confirmed()
    for _ in range(2):
        notifier.sql(f"TRUNCATE {', '.join(TABLES)}")
        notifier.deliver(envelope)
        notifier.run("SendMail")

    assert len(mailbox.messages()) == 2


def test_a_sent_mail_is_stored_as_sent_and_published(notifier: Notifier) -> None:
    notifier.deliver(confirmed())

    notifier.run("SendMail")

    assert notifier.sql("SELECT occasion, status FROM notice WHERE medium = 'mail'") == [("booking_confirmed", "SENT")]
    ((kind, data),) = notifier.sql("SELECT type, data FROM outbox")
    assert kind == "notifier.NoticeSent.v1"
    assert (data["booking_id"], data["occasion"], data["medium"]) == (BOOKING, "booking_confirmed", "mail")


def test_a_mail_that_a_busy_server_defers_is_retried_and_sent_once(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    notifier.deliver(confirmed())
    mailbox.fault("tempfail")

    notifier.run("SendMail")
    assert mailbox.messages() == []
    assert notifier.sql("SELECT last_error FROM job WHERE kind = 'SendMail'") == [("RetryLater: SMTP_451",)]
    for _ in range(3):
        notifier.make_jobs_due()
        notifier.run("SendMail")

    assert len(mailbox.messages()) == 1


def test_a_mail_repeated_after_a_lost_reply_keeps_its_message_id(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    notifier.deliver(confirmed())
    mailbox.fault("drop_after_accept")

    notifier.run("SendMail")
    notifier.make_jobs_due()
    notifier.run("SendMail")

    first, second = mailbox.messages()
    assert first["message_id"] == second["message_id"]


def test_a_mail_that_the_server_rejects_is_given_up_at_once(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    notifier.deliver(confirmed())
    mailbox.fault("reject")

    notifier.run("SendMail")
    notifier.make_jobs_due()
    notifier.run("SendMail")

    assert mailbox.messages() == []
    assert notifier.sql("SELECT status, reason FROM notice WHERE medium = 'mail'") == [("GAVE_UP", "SMTP_550")]
    ((kind, data),) = notifier.sql("SELECT type, data FROM outbox")
    assert kind == "notifier.NoticeGaveUp.v1"
    assert (data["medium"], data["reason_code"]) == ("mail", "SMTP_550")


def test_without_a_mail_server_bookings_is_not_asked_for_a_link(notifier: Notifier) -> None:
    notifier.deliver(confirmed())
    notifier.unit_of_work.dependencies.settings.smtp_port = 1

    notifier.run("SendMail")

    assert notifier.sent_asks == []
    assert notifier.sql("SELECT last_error FROM job WHERE kind = 'SendMail'") == [("RetryLater: SMTP_UNREACHABLE",)]


def test_a_mail_waits_while_bookings_does_not_answer(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    facts = notifier.answers[GetMailFacts]

    def silent(_: GetMailFacts) -> None:
        raise Unavailable("nobody answers")

    notifier.answers[GetMailFacts] = silent
    notifier.deliver(confirmed())
    notifier.run("SendMail")
    assert notifier.sql("SELECT status FROM notice WHERE medium = 'mail'") == [("PENDING",)]

    notifier.answers[GetMailFacts] = facts
    notifier.make_jobs_due()
    notifier.run("SendMail")

    assert len(mailbox.messages()) == 1


def test_a_mail_about_an_unknown_booking_is_given_up(notifier: Notifier) -> None:
    def gone(_: GetMailFacts) -> None:
        raise Refusal("BOOKING_NOT_FOUND", "no")

    notifier.answers[GetMailFacts] = gone
    notifier.deliver(confirmed())

    notifier.run("SendMail")

    rows = notifier.sql("SELECT status, reason FROM notice WHERE medium = 'mail'")
    assert rows == [("GAVE_UP", "BOOKING_NOT_FOUND")]


@pytest.mark.parametrize("fault", [None, "tempfail", "reject"])
def test_recipient_name_and_link_code_are_neither_stored_nor_logged(
    notifier: Notifier, mailbox: MailboxStandIn, capfd: pytest.CaptureFixture[str], fault: str | None
) -> None:
    if fault:
        mailbox.fault(fault)
    notifier.deliver(confirmed())

    notifier.run("SendMail")

    logged = "".join(capfd.readouterr())
    for secret in (GUEST, "PLANTED-CODE", "PLANTED-NAME"):
        assert secret not in notifier.everything_stored()
        assert secret not in logged


def test_a_mail_server_with_a_login_receives_user_and_password(notifier: Notifier) -> None:
    with MailboxStandIn.start(user="hotelmate", password="s3cr3t-enough") as locked:
        settings = notifier.unit_of_work.dependencies.settings
        settings.smtp_port, settings.smtp_username, settings.smtp_password = locked.smtp_port, "hotelmate", "wrong"
        notifier.deliver(confirmed())
        notifier.run("SendMail")
        assert notifier.sql("SELECT last_error FROM job WHERE kind = 'SendMail'") == [("RetryLater: SMTP_535",)]

        settings.smtp_password = "s3cr3t-enough"
        notifier.make_jobs_due()
        notifier.run("SendMail")

        assert len(locked.messages()) == 1

"""Guests are written to once, whatever goes wrong on the way."""

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts import bookings
from contracts.bookings import BookingStatus, GetMailFacts
from contracts.message import Envelope
from sandbox.mailbox.stand_in import MailboxStandIn
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, HOTEL, heard, mail_facts, sample

GUEST = "planted-guest@example.org"


@pytest.fixture(autouse=True)
def _bookings_answers(notifier: Notifier) -> None:
    facts = mail_facts(code="PLANTED-CODE", guest_email=GUEST, guest_first_name="PLANTED-NAME")
    notifier.answers[GetMailFacts] = lambda _: facts


def confirmed() -> Envelope:
    return heard(
        sample(
            bookings.BookingConfirmed, status=BookingStatus.CONFIRMED, previous_status=BookingStatus.PENDING_APPROVAL
        )
    )


def test_a_fact_heard_twice_is_mailed_once(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    fact = confirmed()
    notifier.hear(fact)
    notifier.hear(fact)

    notifier.run("SendMail")

    (mail,) = mailbox.messages()
    assert mail["to"] == [GUEST]
    assert mail["from"] == "bookings@hotelmate.example"
    assert mail["subject"] == f"Booking Confirmed - {BOOKING}"
    assert mail["text"] is not None
    assert f"https://stay.example/guest/{HOTEL}/bookings/{BOOKING}?code=PLANTED-CODE" in mail["text"]
    assert mail["html"] is not None
    assert "PLANTED-NAME" in mail["html"]


def test_a_sent_mail_is_noted_and_published(notifier: Notifier) -> None:
    notifier.hear(confirmed())

    notifier.run("SendMail")

    assert notifier.sql("SELECT occasion, status FROM notice WHERE medium = 'mail'") == [("booking_confirmed", "SENT")]
    ((kind, data),) = notifier.sql("SELECT type, data FROM outbox")
    assert kind == "notifier.NoticeSent.v1"
    assert (data["booking_id"], data["occasion"], data["medium"]) == (BOOKING, "booking_confirmed", "mail")


def test_a_server_that_is_busy_gets_it_later_and_once(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    notifier.hear(confirmed())
    mailbox.fault("tempfail")

    notifier.run("SendMail")
    assert mailbox.messages() == []
    assert notifier.sql("SELECT last_error FROM job WHERE kind = 'SendMail'") == [("RetryLater: SMTP_451",)]
    for _ in range(3):
        notifier.wait_over()
        notifier.run("SendMail")

    assert len(mailbox.messages()) == 1


def test_a_repetition_after_a_lost_answer_has_the_same_message_id(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    notifier.hear(confirmed())
    mailbox.fault("drop_after_accept")

    notifier.run("SendMail")
    notifier.wait_over()
    notifier.run("SendMail")

    first, second = mailbox.messages()
    assert first["message_id"] == second["message_id"]


def test_a_mail_refused_for_good_is_given_up_at_once(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    notifier.hear(confirmed())
    mailbox.fault("reject")

    notifier.run("SendMail")
    notifier.wait_over()
    notifier.run("SendMail")

    assert mailbox.messages() == []
    assert notifier.sql("SELECT status, reason FROM notice WHERE medium = 'mail'") == [("GAVE_UP", "SMTP_550")]
    ((kind, data),) = notifier.sql("SELECT type, data FROM outbox")
    assert kind == "notifier.NoticeGaveUp.v1"
    assert (data["medium"], data["reason_code"]) == ("mail", "SMTP_550")


def test_without_a_server_no_link_is_made(notifier: Notifier) -> None:
    notifier.hear(confirmed())
    notifier.unit_of_work.dependencies.settings.smtp_port = 1

    notifier.run("SendMail")

    assert notifier.asked == []
    assert notifier.sql("SELECT last_error FROM job WHERE kind = 'SendMail'") == [("RetryLater: SMTP_UNREACHABLE",)]


def test_while_bookings_cannot_be_asked_the_mail_waits(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    facts = notifier.answers[GetMailFacts]

    def silent(_: GetMailFacts) -> None:
        raise Unavailable("nobody answers")

    notifier.answers[GetMailFacts] = silent
    notifier.hear(confirmed())
    notifier.run("SendMail")
    assert notifier.sql("SELECT status FROM notice WHERE medium = 'mail'") == [("PENDING",)]

    notifier.answers[GetMailFacts] = facts
    notifier.wait_over()
    notifier.run("SendMail")

    assert len(mailbox.messages()) == 1


def test_a_booking_that_is_not_there_is_not_written_about(notifier: Notifier) -> None:
    def gone(_: GetMailFacts) -> None:
        raise Refusal("BOOKING_NOT_FOUND", "no")

    notifier.answers[GetMailFacts] = gone
    notifier.hear(confirmed())

    notifier.run("SendMail")

    rows = notifier.sql("SELECT status, reason FROM notice WHERE medium = 'mail'")
    assert rows == [("GAVE_UP", "BOOKING_NOT_FOUND")]


@pytest.mark.parametrize("fault", [None, "tempfail", "reject"])
def test_who_was_written_to_is_kept_nowhere(
    notifier: Notifier, mailbox: MailboxStandIn, capfd: pytest.CaptureFixture[str], fault: str | None
) -> None:
    if fault:
        mailbox.fault(fault)
    notifier.hear(confirmed())

    notifier.run("SendMail")

    logged = "".join(capfd.readouterr())
    for secret in (GUEST, "PLANTED-CODE", "PLANTED-NAME"):
        assert secret not in notifier.everything_stored()
        assert secret not in logged


def test_a_server_that_wants_a_login_gets_one(notifier: Notifier) -> None:
    with MailboxStandIn.start(user="hotelmate", password="s3cr3t-enough") as locked:
        told = notifier.unit_of_work.dependencies.settings
        told.smtp_port, told.smtp_username, told.smtp_password = locked.smtp_port, "hotelmate", "wrong"
        notifier.hear(confirmed())
        notifier.run("SendMail")
        assert notifier.sql("SELECT last_error FROM job WHERE kind = 'SendMail'") == [("RetryLater: SMTP_535",)]

        told.smtp_password = "s3cr3t-enough"
        notifier.wait_over()
        notifier.run("SendMail")

        assert len(locked.messages()) == 1

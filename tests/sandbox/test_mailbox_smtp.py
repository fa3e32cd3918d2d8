"""The mailbox as a sender meets it, through the standard library's client."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from sandbox.mailbox.stand_in import MailboxStandIn

pytestmark = pytest.mark.timeout(20)


@pytest.fixture(scope="module")
def running() -> Iterator[MailboxStandIn]:
    with MailboxStandIn.start() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(running: MailboxStandIn) -> MailboxStandIn:
    running.reset()
    return running


def a_mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    defaults = {
        "From": "stay@hotel.example",
        "To": "guest@example.com",
        "Subject": "Booking Confirmed",
        "Message-ID": "<b1.confirmed@hotel.example>",
    }
    for name, value in (defaults | headers).items():
        message[name] = value
    message.set_content("Grüße aus Zürich\n")
    message.add_alternative("<p>Grüße aus <b>Zürich</b></p>", subtype="html")
    return message


def send(mailbox: MailboxStandIn, message: EmailMessage) -> None:
    with smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=5) as smtp:
        smtp.send_message(message)


def test_a_mail_is_kept_with_both_bodies(mailbox: MailboxStandIn) -> None:
    send(mailbox, a_mail())

    (mail,) = mailbox.messages()
    assert mail["from"] == "stay@hotel.example"
    assert mail["to"] == ["guest@example.com"]
    assert mail["subject"] == "Booking Confirmed"
    assert mail["message_id"] == "<b1.confirmed@hotel.example>"
    assert mail["text"] == "Grüße aus Zürich\n"
    assert (mail["html"] or "").strip() == "<p>Grüße aus <b>Zürich</b></p>"
    assert mail["headers"]["From"] == "stay@hotel.example"


def test_a_subject_beyond_ascii_is_read(mailbox: MailboxStandIn) -> None:
    send(mailbox, a_mail(Subject="Payment authorized — awaiting hotel confirmation (BK-1)"))

    assert mailbox.messages()[0]["subject"].startswith("Payment authorized — awaiting")


def test_blind_copies_are_recipients(mailbox: MailboxStandIn) -> None:
    send(mailbox, a_mail(Bcc="desk@hotel.example"))

    (mail,) = mailbox.messages(to="desk@hotel.example")
    assert "Bcc" not in mail["headers"]


def test_a_rejected_mail_is_not_kept(mailbox: MailboxStandIn) -> None:
    mailbox.fault("reject", code=554)

    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(mailbox, a_mail())

    assert refused.value.smtp_code == 554
    assert mailbox.messages() == []


def test_a_temporary_failure_ends_after_its_number_of_times(mailbox: MailboxStandIn) -> None:
    mailbox.fault("tempfail", times=2)

    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError) as refused:
            send(mailbox, a_mail())
        assert refused.value.smtp_code == 451
    send(mailbox, a_mail())

    assert len(mailbox.messages()) == 1


def test_a_connection_cut_after_accepting_leaves_the_sender_in_doubt(mailbox: MailboxStandIn) -> None:
    mailbox.fault("drop_after_accept")

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(mailbox, a_mail())

    assert len(mailbox.messages()) == 1


def test_a_delay_outlasts_an_impatient_sender(mailbox: MailboxStandIn) -> None:
    mailbox.fault("delay", seconds=0.4)

    with smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=5) as smtp:
        smtp.ehlo()
        assert smtp.sock is not None
        smtp.sock.settimeout(0.1)
        with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
            smtp.send_message(a_mail())
        smtp.close()

    assert len(mailbox.messages()) == 1


def test_only_the_right_login_may_send() -> None:
    with MailboxStandIn.start(user="hotel", password="sesame") as mailbox:
        with smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=5) as smtp:
            with pytest.raises(smtplib.SMTPSenderRefused) as refused:
                smtp.send_message(a_mail())
            assert refused.value.smtp_code == 530
            with pytest.raises(smtplib.SMTPAuthenticationError):
                smtp.login("hotel", "guess")
        assert mailbox.messages() == []

        with smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=5) as smtp:
            smtp.login("hotel", "sesame")
            smtp.send_message(a_mail())
        assert len(mailbox.messages()) == 1

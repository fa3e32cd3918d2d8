"""Replies of the mail server, translated into failures."""

import smtplib
import time
from typing import Any, cast

import pytest

from chassis.jobs.backoff import backoff
from chassis.refusal import PermanentFailure, RetryLater
from services.notifier.mailer.mail import Mail
from services.notifier.mailer.smtp import SmtpConnection
from services.notifier.settings import NotifierSettings

ADDRESS = "planted@example.org"
MAIL = Mail(sender="desk@hotel.example", recipient=ADDRESS, subject="", content=b"")
REPLY = f"<{ADDRESS}> is unknown here".encode()


class FailingServer:
    """A mail server that answers every mail with the same error."""

    def __init__(self, problem: Exception) -> None:
        self.problem = problem

    def sendmail(self, *_: Any) -> Any:
        raise self.problem

    def rset(self) -> tuple[int, bytes]:
        if isinstance(self.problem, smtplib.SMTPResponseException) and self.problem.smtp_code == 421:
            raise smtplib.SMTPServerDisconnected("please run connect() first")
        return 250, b"OK"


def connection_with(problem: Exception, *, left: float = 10) -> SmtpConnection:
    return SmtpConnection(cast("smtplib.SMTP", FailingServer(problem)), until=time.monotonic() + left)


def failure(problem: Exception, *, left: float = 10) -> Exception:
    connection = connection_with(problem, left=left)
    with pytest.raises((PermanentFailure, RetryLater)) as raised:
        connection.send(MAIL)
    return raised.value


@pytest.mark.parametrize(
    ("problem", "kind", "code"),
    [
        (smtplib.SMTPRecipientsRefused({ADDRESS: (550, REPLY)}), PermanentFailure, "SMTP_550"),
        (smtplib.SMTPRecipientsRefused({ADDRESS: (450, REPLY)}), RetryLater, "SMTP_450"),
        (smtplib.SMTPDataError(554, REPLY), PermanentFailure, "SMTP_554"),
        (smtplib.SMTPDataError(451, REPLY), RetryLater, "SMTP_451"),
        (smtplib.SMTPSenderRefused(553, REPLY, ADDRESS), PermanentFailure, "SMTP_553"),
        (smtplib.SMTPSenderRefused(530, REPLY, ADDRESS), RetryLater, "SMTP_530"),
        (smtplib.SMTPServerDisconnected(REPLY.decode()), RetryLater, "SMTP_UNREACHABLE"),
        (TimeoutError(REPLY.decode()), RetryLater, "SMTP_UNREACHABLE"),
        (ValueError(REPLY.decode()), PermanentFailure, "LETTER_UNSENDABLE"),
    ],
)
def test_a_reply_becomes_a_permanent_or_temporary_failure_with_a_code_and_without_the_servers_words(
    problem: Exception, kind: type[Exception], code: str
) -> None:
    raised = failure(problem)

    assert type(raised) is kind
    assert str(raised) == code
    assert raised.__suppress_context__


@pytest.mark.parametrize(
    ("problem", "is_usable"),
    [
        (smtplib.SMTPRecipientsRefused({ADDRESS: (550, REPLY)}), True),
        (smtplib.SMTPDataError(451, REPLY), True),
        (ValueError("no mail"), True),
        (smtplib.SMTPDataError(421, REPLY), False),
        (smtplib.SMTPServerDisconnected(REPLY.decode()), False),
        (TimeoutError(), False),
    ],
)
def test_a_mail_that_fails_leaves_the_connection_to_the_next_one_unless_the_connection_is_lost(
    problem: Exception, is_usable: bool
) -> None:
    connection = connection_with(problem)
    with pytest.raises((PermanentFailure, RetryLater)):
        connection.send(MAIL)

    assert connection.is_usable is is_usable


def test_mails_behind_one_that_costs_the_connection_are_due_before_it_and_so_without_it() -> None:
    connection = connection_with(smtplib.SMTPServerDisconnected("that mail again"))
    with pytest.raises(RetryLater) as costly:
        connection.send(MAIL)
    with pytest.raises(RetryLater) as behind:
        connection.send(MAIL)

    assert costly.value.seconds is None
    assert behind.value.seconds is not None
    assert behind.value.seconds < min(backoff(1) for _ in range(100))


def test_a_connection_on_which_a_process_died_in_mid_mail_is_not_used_again() -> None:
    connection = connection_with(cast("Exception", KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        connection.send(MAIL)

    assert not connection.is_usable


def test_a_mail_that_cannot_be_sent_in_time_is_retried_later() -> None:
    assert str(failure(AssertionError("it was sent"), left=-1)) == "SMTP_SLOW"


@pytest.mark.parametrize("sender", ["Hotel <desk@hotel.example>", "nobody", "a..b@hotel.example"])
def test_a_sender_that_is_no_address_is_refused_at_the_start(sender: str) -> None:
    with pytest.raises(ValueError, match="mail_from"):
        NotifierSettings(mail_from=sender)

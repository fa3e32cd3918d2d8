"""What the mail server's answers mean."""

import smtplib
import time
from email.message import EmailMessage
from typing import Any, cast

import pytest

from chassis.refusal import PermanentFailure, RetryLater
from services.notifier.mailer import Post

ADDRESS = "planted@example.org"
SAID = f"<{ADDRESS}> is unknown here".encode()


class Server:
    """A mail server that answers everything one way."""

    def __init__(self, problem: Exception) -> None:
        self.problem = problem

    def send_message(self, _: EmailMessage) -> Any:
        raise self.problem


def verdict(problem: Exception, *, left: float = 10) -> Exception:
    post = Post(cast("smtplib.SMTP", Server(problem)), until=time.monotonic() + left)
    with pytest.raises((PermanentFailure, RetryLater)) as ended:
        post.send(EmailMessage())
    return ended.value


@pytest.mark.parametrize(
    ("problem", "kind", "code"),
    [
        (smtplib.SMTPRecipientsRefused({ADDRESS: (550, SAID)}), PermanentFailure, "SMTP_550"),
        (smtplib.SMTPRecipientsRefused({ADDRESS: (450, SAID)}), RetryLater, "SMTP_450"),
        (smtplib.SMTPDataError(554, SAID), PermanentFailure, "SMTP_554"),
        (smtplib.SMTPDataError(451, SAID), RetryLater, "SMTP_451"),
        (smtplib.SMTPSenderRefused(553, SAID, ADDRESS), PermanentFailure, "SMTP_553"),
        (smtplib.SMTPSenderRefused(530, SAID, ADDRESS), RetryLater, "SMTP_530"),
        (smtplib.SMTPServerDisconnected(SAID.decode()), RetryLater, "SMTP_UNREACHABLE"),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), PermanentFailure, "SMTP_CANNOT_ADDRESS"),
        (TimeoutError(SAID.decode()), RetryLater, "SMTP_UNREACHABLE"),
        (ValueError(SAID.decode()), PermanentFailure, "LETTER_UNSENDABLE"),
    ],
)
def test_for_good_or_for_now_and_never_in_the_servers_words(
    problem: Exception, kind: type[Exception], code: str
) -> None:
    ended = verdict(problem)

    assert type(ended) is kind
    assert str(ended) == code
    assert ended.__suppress_context__


def test_a_letter_not_under_way_in_time_waits() -> None:
    assert str(verdict(AssertionError("it was sent"), left=-1)) == "SMTP_SLOW"

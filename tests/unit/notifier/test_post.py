"""What the mail server's answers mean."""

import smtplib
import time
from email.message import EmailMessage
from typing import Any, cast

import pytest

from chassis.refusal import Hopeless, Later
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
    with pytest.raises((Hopeless, Later)) as ended:
        post.send(EmailMessage())
    return ended.value


@pytest.mark.parametrize(
    ("problem", "kind", "code"),
    [
        (smtplib.SMTPRecipientsRefused({ADDRESS: (550, SAID)}), Hopeless, "SMTP_550"),
        (smtplib.SMTPRecipientsRefused({ADDRESS: (450, SAID)}), Later, "SMTP_450"),
        (smtplib.SMTPDataError(554, SAID), Hopeless, "SMTP_554"),
        (smtplib.SMTPDataError(451, SAID), Later, "SMTP_451"),
        (smtplib.SMTPSenderRefused(553, SAID, ADDRESS), Hopeless, "SMTP_553"),
        (smtplib.SMTPSenderRefused(530, SAID, ADDRESS), Later, "SMTP_530"),
        (smtplib.SMTPServerDisconnected(SAID.decode()), Later, "SMTP_UNREACHABLE"),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), Hopeless, "SMTP_CANNOT_ADDRESS"),
        (TimeoutError(SAID.decode()), Later, "SMTP_UNREACHABLE"),
        (ValueError(SAID.decode()), Hopeless, "LETTER_UNSENDABLE"),
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

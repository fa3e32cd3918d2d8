"""The way to the mail server."""

import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from chassis.refusal import PermanentFailure, RetryLater
from services.notifier.settings import NotifierSettings

TIMEOUT = 10.0
AT_MOST = 25.0  # a letter not under way by then waits for the next try: another process may soon think us dead
_OURS = {530, 534, 535, 538}  # the server does not know us: nothing is wrong with the letter


class Post:
    """One conversation with the mail server."""

    def __init__(self, server: smtplib.SMTP, *, until: float) -> None:
        self._server = server
        self._until = until

    def send(self, letter: EmailMessage) -> None:
        """Hand it over. Raises `Hopeless` where the server will never take it, `Later` for anything else.

        What they say is a code, never the server's own words: those may repeat an address.
        """
        if time.monotonic() > self._until:
            raise RetryLater("SMTP_SLOW")
        try:
            self._server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            raise _verdict(min(code for code, _ in refused.recipients.values())) from None
        except smtplib.SMTPResponseException as refused:
            raise _verdict(refused.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise PermanentFailure("SMTP_CANNOT_ADDRESS") from None
        except OSError:
            raise RetryLater("SMTP_UNREACHABLE") from None
        except ValueError:
            raise PermanentFailure("LETTER_UNSENDABLE") from None


class Mailer:
    """A mail server, as settings name it."""

    def __init__(self, settings: NotifierSettings) -> None:
        self._settings = settings

    @contextmanager
    def opened(self) -> Iterator[Post]:
        """Connected and logged in for the block. Raises `Later` where that is not possible."""
        until = time.monotonic() + AT_MOST
        try:
            server = self._connected()
        except smtplib.SMTPResponseException as refused:
            raise RetryLater(f"SMTP_{refused.smtp_code}") from None
        except OSError:
            raise RetryLater("SMTP_UNREACHABLE") from None
        try:
            yield Post(server, until=until)
        finally:
            with suppress(OSError):
                server.quit()

    def _connected(self) -> smtplib.SMTP:
        told = self._settings
        if told.smtp_security == "tls":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(told.smtp_host, told.smtp_port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(told.smtp_host, told.smtp_port, timeout=TIMEOUT)
        try:
            if told.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if told.smtp_username:
                server.login(told.smtp_username, told.smtp_password)
        except BaseException:
            server.close()
            raise
        return server


def _verdict(code: int) -> Exception:
    return PermanentFailure(f"SMTP_{code}") if 500 <= code < 600 and code not in _OURS else RetryLater(f"SMTP_{code}")

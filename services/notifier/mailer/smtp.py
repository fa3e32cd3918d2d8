"""The adapter of the mail server: SMTP."""

import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from chassis.refusal import PermanentFailure, RetryLater
from services.notifier.settings import NotifierSettings

TIMEOUT = 10.0
SEND_SECONDS = 25.0  # no send starts later than this: another process may take the lease over soon
_LOGIN_CODES = {530, 534, 535, 538}  # the login failed: nothing is wrong with the mail


class SmtpConnection:
    """One connection to the mail server."""

    def __init__(self, server: smtplib.SMTP, *, until: float) -> None:
        self._server = server
        self._until = until

    def send(self, mail: EmailMessage) -> None:
        """Send the mail. Raises `PermanentFailure` where the server rejects the mail for good, else `RetryLater`.

        The error's text is a code. The server's own words are left out, because they may repeat an address.
        """
        if time.monotonic() > self._until:
            raise RetryLater("SMTP_SLOW")
        try:
            self._server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            raise _failure(min(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise PermanentFailure("SMTP_CANNOT_ADDRESS") from None
        except OSError:
            raise RetryLater("SMTP_UNREACHABLE") from None
        except ValueError:
            raise PermanentFailure("LETTER_UNSENDABLE") from None


class SmtpServer:
    """The mail server that the settings name."""

    def __init__(self, settings: NotifierSettings) -> None:
        self._settings = settings

    @contextmanager
    def connect(self) -> Iterator[SmtpConnection]:
        """Open a connection and log in. The connection is closed at the end of the `with` block.

        Raises `RetryLater` where connecting or logging in fails.
        """
        until = time.monotonic() + SEND_SECONDS
        try:
            server = self._login()
        except smtplib.SMTPResponseException as error:
            raise RetryLater(f"SMTP_{error.smtp_code}") from None
        except OSError:
            raise RetryLater("SMTP_UNREACHABLE") from None
        try:
            yield SmtpConnection(server, until=until)
        finally:
            with suppress(OSError):
                server.quit()

    def _login(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.smtp_security == "tls":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.smtp_host, settings.smtp_port, timeout=TIMEOUT, context=context
            )
        else:
            server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT)
        try:
            if settings.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_username:
                server.login(settings.smtp_username, settings.smtp_password)
        except BaseException:
            server.close()
            raise
        return server


def _failure(code: int) -> Exception:
    return (
        PermanentFailure(f"SMTP_{code}")
        if 500 <= code < 600 and code not in _LOGIN_CODES
        else RetryLater(f"SMTP_{code}")
    )

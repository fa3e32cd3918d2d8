"""The adapter of the mail server: SMTP."""

import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from chassis.refusal import PermanentFailure, RetryLater
from services.notifier.mailer.idle_connections import IdleConnections
from services.notifier.mailer.mail import Mail
from services.notifier.settings import NotifierSettings

TIMEOUT = 10.0
SEND_SECONDS = 25.0  # no send starts later than this: another process may take the lease over soon
ROUND_SECONDS = 5.0  # no send starts later than this after the first one: what was accepted is stored soon
PAUSE_SECONDS = 0.2
_LOGIN_CODES = {530, 534, 535, 538}  # the login failed: nothing is wrong with the mail


class SmtpConnection:
    """One conversation with the mail server, about any number of mails; each has its own outcome.

    `is_usable` is False where the server did not answer, or closed the connection: each later mail fails temporarily.
    """

    def __init__(self, server: smtplib.SMTP, *, until: float) -> None:
        self._server = server
        self._until = until
        self.is_usable = True

    def send(self, mail: Mail) -> None:
        """Send the mail. Raises `PermanentFailure` where the server rejects the mail for good, else `RetryLater`.

        The error's text is a code. The server's own words are left out, because they may repeat an address.
        """
        now = time.monotonic()
        if not self.is_usable:  # due again before the mail that cost the connection, which may cost the next one, too
            raise RetryLater("SMTP_UNREACHABLE", seconds=PAUSE_SECONDS)
        if now > self._until:
            raise RetryLater("SMTP_SLOW", seconds=PAUSE_SECONDS)
        self._until = min(self._until, now + ROUND_SECONDS)
        self.is_usable = False  # until the server has answered
        try:
            self._server.sendmail(mail.sender, [mail.recipient], mail.content)
        except smtplib.SMTPRecipientsRefused as error:
            self._begin_anew()
            raise _failure(min(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPResponseException as error:
            self._begin_anew()
            raise _failure(error.smtp_code) from None
        except OSError:
            raise RetryLater("SMTP_UNREACHABLE") from None
        except ValueError:
            self._begin_anew()
            raise PermanentFailure("LETTER_UNSENDABLE") from None
        self.is_usable = True

    def _begin_anew(self) -> None:
        """End the mail that failed, whichever command failed, so that the next mail can be sent."""
        with suppress(OSError):
            self.is_usable = self._server.rset()[0] == 250


class SmtpServer:
    """The mail server that the settings name. A connection stays open for some seconds after its last mail."""

    def __init__(self, settings: NotifierSettings) -> None:
        self._settings = settings
        self._idle = IdleConnections()

    @contextmanager
    def connect(self) -> Iterator[SmtpConnection]:
        """A connection that is logged in: an idle one, or a new one.

        Raises `RetryLater` where connecting or logging in fails.
        """
        until = time.monotonic() + SEND_SECONDS
        try:
            server = self._idle.take() or self._login()
        except smtplib.SMTPResponseException as error:
            raise RetryLater(f"SMTP_{error.smtp_code}") from None
        except OSError:
            raise RetryLater("SMTP_UNREACHABLE") from None
        connection = SmtpConnection(server, until=until)
        try:
            yield connection
        finally:
            if connection.is_usable:
                self._idle.add(server)
            else:
                server.close()

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

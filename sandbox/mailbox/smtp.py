"""The SMTP server: accepts every mail for any address, after a login if one is required."""

import asyncio
import hmac
from dataclasses import dataclass
from typing import cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.mailbox.faults import MailFault, MailFaultMode, MailFaults
from sandbox.mailbox.store import MailStore
from sandbox.records import NotStored


@dataclass(frozen=True, slots=True)
class SmtpLogin:
    """The user and password with which senders must log in."""

    user: str
    password: str

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        """Whether the credentials are valid."""
        is_right = isinstance(data, LoginPassword) and all(
            hmac.compare_digest(received, expected.encode())
            for received, expected in ((data.login, self.user), (data.password, self.password))
        )
        return AuthResult(success=is_right, handled=False)


class SmtpHandler:
    """Handles the steps of an SMTP session."""

    def __init__(self, mails: MailStore, faults: MailFaults, *, login: SmtpLogin | None) -> None:
        self._mails = mails
        self._faults = faults
        self._login = login

    def protocol(self) -> SMTP:
        """The protocol for one SMTP session."""
        return SMTP(
            self,
            hostname="mailbox.localhost",
            ident="HotelMate mailbox",
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
            auth_require_tls=self._login is None,
            authenticator=self._login.authenticate if self._login else None,
        )

    async def handle_MAIL(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Accept the sender, after the login if one is required."""
        if self._login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store a mail's content, unless a fault applies."""
        fault = self._faults.take() or MailFault(mode=MailFaultMode.DELAY, seconds=0)
        match fault.mode:
            case MailFaultMode.REJECT:
                return f"{fault.code or 550} Rejected on demand"
            case MailFaultMode.TEMPFAIL:
                return f"{fault.code or 451} Try again later, on demand"
        content = envelope.content
        try:
            mail = self._mails.accept(
                content.encode() if isinstance(content, str) else content or b"",
                sender=envelope.mail_from or "",
                recipients=[str(address) for address in envelope.rcpt_tos],
            )
        except NotStored as error:
            return f"452 4.3.1 Insufficient system storage: {error}"
        match fault.mode:
            case MailFaultMode.DROP_AFTER_ACCEPT:
                cast("asyncio.Transport", server.transport).abort()
            case MailFaultMode.DELAY:
                await asyncio.sleep(fault.seconds)
        return f"250 OK, stored as {mail['id']}"

"""The SMTP door: accepts every mail for everybody, after a login if one was asked for."""

import asyncio
import hmac
from dataclasses import dataclass
from typing import cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.mailbox.faults import Fault, Faults, Mode
from sandbox.mailbox.mails import Mails


@dataclass(frozen=True, slots=True)
class Login:
    """The one user and password that may send."""

    user: str
    password: str

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        """Whether these are they."""
        is_right = isinstance(data, LoginPassword) and all(
            hmac.compare_digest(given, expected.encode())
            for given, expected in ((data.login, self.user), (data.password, self.password))
        )
        return AuthResult(success=is_right, handled=False)


class Door:
    """What happens at each step of an SMTP conversation."""

    def __init__(self, mails: Mails, faults: Faults, *, login: Login | None) -> None:
        self._mails = mails
        self._faults = faults
        self._login = login

    def protocol(self) -> SMTP:
        """The conversation with one sender."""
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
        """A sender's name, welcome once they are logged in."""
        if self._login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """A mail's content: kept, unless a fault says otherwise."""
        fault = self._faults.take() or Fault(mode=Mode.DELAY, seconds=0)
        match fault.mode:
            case Mode.REJECT:
                return f"{fault.code or 550} Rejected on demand"
            case Mode.TEMPFAIL:
                return f"{fault.code or 451} Try again later, on demand"
        content = envelope.content
        mail = self._mails.accept(
            content.encode() if isinstance(content, str) else content or b"",
            sender=envelope.mail_from or "",
            recipients=[str(address) for address in envelope.rcpt_tos],
        )
        match fault.mode:
            case Mode.DROP_AFTER_ACCEPT:
                cast("asyncio.Transport", server.transport).abort()
            case Mode.DELAY:
                await asyncio.sleep(fault.seconds)
        return f"250 OK, kept as {mail['id']}"

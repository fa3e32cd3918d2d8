"""The mailbox inside the test process: a thread with two ports, and blocking calls into it."""

from collections.abc import Coroutine
from typing import Any, Self

from sandbox.in_process import InProcessServer
from sandbox.mailbox.faults import MailFault, MailFaultMode
from sandbox.mailbox.mail import Mail
from sandbox.mailbox.server import MailboxState, serve
from sandbox.mailbox.smtp import SmtpLogin
from sandbox.mailbox.store import MailFilter
from sandbox.server import ReadyCallback
from sandbox.sockets import listen


class MailboxStandIn(InProcessServer[MailboxState]):
    """A running mailbox. Created by `start`, ended by `stop` or a `with` statement."""

    def __init__(self, *, host: str, smtp_port: int, http_port: int, login: SmtpLogin | None) -> None:
        super().__init__("mailbox")
        self._login = login
        self._smtp = listen(host, smtp_port)
        self._http = listen(host, http_port)
        self.smtp_host: str = host
        self.smtp_port: int = self._smtp.getsockname()[1]
        self.http_url: str = f"http://{host}:{self._http.getsockname()[1]}"

    @classmethod
    def start(
        cls,
        *,
        host: str = "127.0.0.1",
        smtp_port: int = 0,
        http_port: int = 0,
        user: str | None = None,
        password: str = "",
    ) -> Self:
        """Listen and serve; port 0 picks a free port. With a `user`, senders must log in."""
        login = SmtpLogin(user, password) if user is not None else None
        return cls(host=host, smtp_port=smtp_port, http_port=http_port, login=login).launch()

    def stop(self) -> None:
        """Close both ports."""
        super().stop()
        self._smtp.close()
        self._http.close()

    def messages(self, *, to: str | None = None, subject: str | None = None, after: int = 0) -> list[Mail]:
        """Accepted mails, oldest first; `to` is a whole address, `subject` a substring."""
        query = MailFilter(to=to, subject=subject, after=after)
        return self.call(lambda state: state.mails.find(query))

    def wait_for(
        self,
        *,
        to: str | None = None,
        subject: str | None = None,
        after: int = 0,
        count: int = 1,
        timeout: float = 5.0,
    ) -> list[Mail]:
        """Wait for at least `count` accepted mails and return them.

        Raises:
            TimeoutError: fewer than `count` mails were accepted within `timeout` seconds.

        """
        query = MailFilter(to=to, subject=subject, after=after)
        mails = self.run(lambda state: state.mails.wait(query, count=count, timeout=timeout))
        if len(mails) < count:
            raise TimeoutError(f"{len(mails)} of {count} mails for {query} in {timeout} s")
        return mails

    def fault(
        self,
        mode: str,
        *,
        times: int | None = 1,
        code: int | None = None,
        seconds: float = 1.0,
    ) -> None:
        """Apply a fault to the next `times` mails, or until `reset` where `times` is None."""
        fault = MailFault(mode=MailFaultMode(mode), times=times, code=code, seconds=seconds)
        self.call(lambda state: state.faults.add(fault))

    def reset(self) -> None:
        """Delete all mails and faults."""

        def clear(state: MailboxState) -> None:
            state.mails.clear()
            state.faults.clear()

        self.call(clear)

    def serve(self, ready: ReadyCallback[MailboxState]) -> Coroutine[Any, Any, None]:
        """Serve SMTP and HTTP."""
        return serve(self._smtp, self._http, login=self._login, ready=ready)

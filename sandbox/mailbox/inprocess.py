"""The mailbox inside a test's own process: a thread with two ports, and plain calls into it."""

from collections.abc import Coroutine
from typing import Any, Self

from sandbox.inprocess import InProcess
from sandbox.listening import listen
from sandbox.mailbox.faults import Fault, Mode
from sandbox.mailbox.mail import Mail
from sandbox.mailbox.mails import Query
from sandbox.mailbox.serving import Box, serve
from sandbox.mailbox.smtp import Login
from sandbox.serving import Ready


class Mailbox(InProcess[Box]):
    """A running mailbox. Make one with `start`, in a `with` statement or with a `stop` later."""

    def __init__(self, *, host: str, smtp_port: int, http_port: int, login: Login | None) -> None:
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
        """Listen and serve; port 0 picks a free one. With a `user`, senders must log in."""
        login = Login(user, password) if user is not None else None
        return cls(host=host, smtp_port=smtp_port, http_port=http_port, login=login).begin()

    def stop(self) -> None:
        """Close both ports."""
        super().stop()
        self._smtp.close()
        self._http.close()

    def messages(self, *, to: str | None = None, subject: str | None = None, after: int = 0) -> list[Mail]:
        """Accepted mails, oldest first; `to` is a whole address, `subject` a part."""
        query = Query(to=to, subject=subject, after=after)
        return self.call(lambda box: box.mails.find(query))

    def wait_for(
        self,
        *,
        to: str | None = None,
        subject: str | None = None,
        after: int = 0,
        count: int = 1,
        timeout: float = 5.0,
    ) -> list[Mail]:
        """The same, as soon as there are `count`.

        Raises:
            TimeoutError: there are fewer after `timeout` seconds.

        """
        query = Query(to=to, subject=subject, after=after)
        found = self.awaited(lambda box: box.mails.wait(query, count=count, timeout=timeout))
        if len(found) < count:
            raise TimeoutError(f"{len(found)} of {count} mails for {query} in {timeout} s")
        return found

    def fault(
        self,
        mode: str,
        *,
        times: int | None = 1,
        code: int | None = None,
        seconds: float = 1.0,
    ) -> None:
        """Let the next `times` mails meet trouble; None is until `reset`."""
        fault = Fault(mode=Mode(mode), times=times, code=code, seconds=seconds)
        self.call(lambda box: box.faults.add(fault))

    def reset(self) -> None:
        """Throw all mails and faults away."""

        def forget(box: Box) -> None:
            box.mails.clear()
            box.faults.clear()

        self.call(forget)

    def serving(self, ready: Ready[Box]) -> Coroutine[Any, Any, None]:
        """Both doors."""
        return serve(self._smtp, self._http, login=self._login, ready=ready)

"""The mailbox inside a test's own process: a thread with two ports, and plain calls into it."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from sandbox.listening import listen
from sandbox.mailbox.faults import Fault, Mode
from sandbox.mailbox.mail import Mail
from sandbox.mailbox.mails import Query
from sandbox.mailbox.serving import Box, serve
from sandbox.mailbox.smtp import Login

T = TypeVar("T")
START_SECONDS = 10.0


class Mailbox:
    """A running mailbox. Make one with `start`, in a `with` statement or with a `stop` later."""

    def __init__(self, *, host: str, smtp_port: int, http_port: int, login: Login | None) -> None:
        self._login = login
        self._smtp = listen(host, smtp_port)
        self._http = listen(host, http_port)
        self.smtp_host: str = host
        self.smtp_port: int = self._smtp.getsockname()[1]
        self.http_url: str = f"http://{host}:{self._http.getsockname()[1]}"
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)

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
        mailbox = cls(host=host, smtp_port=smtp_port, http_port=http_port, login=login)
        mailbox._thread.start()
        if not mailbox._ready.wait(START_SECONDS):
            raise RuntimeError("the mailbox did not start")
        return mailbox

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close both ports."""
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(START_SECONDS)
        self._smtp.close()
        self._http.close()

    def messages(self, *, to: str | None = None, subject: str | None = None, after: int = 0) -> list[Mail]:
        """Accepted mails, oldest first; `to` is a whole address, `subject` a part."""
        query = Query(to=to, subject=subject, after=after)
        return self._call(lambda: self._box.mails.find(query))

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
        found = self._await(self._box.mails.wait(query, count=count, timeout=timeout))
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
        self._call(lambda: self._box.faults.add(fault))

    def reset(self) -> None:
        """Throw all mails and faults away."""

        def forget() -> None:
            self._box.mails.clear()
            self._box.faults.clear()

        self._call(forget)

    def _run(self) -> None:
        asyncio.run(serve(self._smtp, self._http, login=self._login, ready=self._started))

    def _started(self, box: Box, stop: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._box = box
        self._stop = stop
        self._ready.set()

    def _call(self, function: Callable[[], T]) -> T:
        async def called() -> T:
            return function()

        return self._await(called())

    def _await(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

"""A broker connection with one channel on the asyncio event loop. A lost connection is opened again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel

from chassis.messaging.amqp.parameters import ConnectionAttempts
from chassis.messaging.amqp.problems import Problem, ProblemLog
from chassis.observability import logs

CLOSE_WITHIN = 3.0

log = logs.logger(__name__)


async def call(method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a channel's method and return the broker's answer."""
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def answered(frame: Any) -> None:
        if not answer.done():
            answer.set_result(frame)

    method(*args, callback=answered, **kwargs)
    return await answer


@dataclass(eq=False, repr=False)
class AsyncioConnectionKeeper:
    """Keeps a channel open until `close`. `on_open(channel)` runs on each new channel, `on_lost()` after each loss.

    After a loss, the next node that `url` names is tried.
    """

    url: str
    name: str
    _: KW_ONLY
    on_open: Callable[[Channel], Awaitable[None]]
    on_lost: Callable[[], None]
    opened: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _keeping: asyncio.Task[None] | None = field(default=None, init=False)
    _ended: asyncio.Future[Problem] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._problems = ProblemLog(self.name)
        self._attempts = ConnectionAttempts(self.url, self.name)

    def start(self) -> None:
        """Begin connecting; returns at once."""
        self._keeping = asyncio.create_task(self._keep(), name=f"connection-{self.name}")

    def drop(self, why: str) -> None:
        """Close the connection and open another one."""
        if self._ended and not self._ended.done():
            self._ended.set_result(why)

    async def close(self) -> None:
        """Disconnect for good."""
        if self._keeping:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping

    async def _keep(self) -> None:
        while True:
            try:
                problem: Problem = await self._serve()
            except Exception as raised:
                problem = raised
            finally:
                was_open = self.opened.is_set()
                self.opened.clear()
                self.on_lost()
            self._problems.add(problem, was_open=was_open)
            await asyncio.sleep(self._attempts.pause)

    async def _serve(self) -> Problem:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[Problem] = loop.create_future()
        self._ended = ended
        channels: asyncio.Future[Channel] = loop.create_future()

        def end(_: Any, problem: Any = None) -> None:
            if not ended.done():
                ended.set_result(problem)

        def opened(channel: Channel) -> None:
            channel.add_on_close_callback(end)
            if not channels.done():
                channels.set_result(channel)

        node = self._attempts.parameters()
        connection = AsyncioConnection(
            node,
            on_open_callback=lambda made: made.channel(on_open_callback=opened),
            on_open_error_callback=end,
            on_close_callback=end,
            custom_ioloop=loop,
        )
        preparing = asyncio.ensure_future(self._prepare(channels))
        try:
            await asyncio.wait((preparing, ended), return_when=asyncio.FIRST_COMPLETED)
            if preparing.done():
                preparing.result()
                self.opened.set()
                self._attempts.succeeded()
                log.info("broker_connected", connection=self.name, node=f"{node.host}:{node.port}")
            await asyncio.wait((ended,))
            return ended.result()
        finally:
            preparing.cancel()
            if not (connection.is_closed or connection.is_closing):
                closed = asyncio.Event()
                connection.add_on_close_callback(lambda *_: closed.set())
                connection.close()
                with suppress(TimeoutError):
                    async with asyncio.timeout(CLOSE_WITHIN):
                        await closed.wait()

    async def _prepare(self, channels: asyncio.Future[Channel]) -> None:
        await self.on_open(await channels)

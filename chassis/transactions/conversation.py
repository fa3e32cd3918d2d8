"""A conversation: a handler's several transactions, and the asks to other services between them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast

from chassis import codec
from chassis.transactions import idempotency
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.message import Ask
from contracts.values import Context

W = TypeVar("W", bound=Work)
Reply = TypeVar("Reply")


class Conversation(Generic[W]):
    """Opens transactions of the service's own `Work`. Asks other services between transactions, never inside one."""

    def __init__(
        self, unit_of_work: UnitOfWork, ask: Callable[[Ask[Any], Context], Any], context: Context | None = None
    ) -> None:
        self._unit_of_work = unit_of_work
        self._ask = ask
        self._open = False
        self.context = context or Context()
        self.dependencies = unit_of_work.dependencies

    @contextmanager
    def transaction(self) -> Iterator[W]:
        """Open a transaction, committed at the end of the block and rolled back by any exception."""
        with self._unit_of_work.begin(self.context) as work:
            self._open = True
            try:
                yield cast("W", work)
            finally:
                self._open = False

    @contextmanager
    def reading(self) -> Iterator[W]:
        """Read without a transaction; each statement sees what is committed when the statement starts."""
        with self._unit_of_work.read(self.context) as work:
            yield cast("W", work)

    def ask(self, message: Ask[Reply]) -> Reply:
        """The reply of another service. Raises that service's `Refusal`; `Unavailable` where no reply comes in time."""
        if self._open:
            raise RuntimeError(f"{type(message).__name__} was asked inside an open transaction")
        reply: Reply = self._ask(message, self.context)
        return reply


class KeyedConversation(Conversation[W]):
    """The conversation of an ask that may carry an Idempotency-Key: `finish(work, reply)` stores the reply."""

    key: str | None = None
    stored = False

    def finish(self, work: W, reply: Reply) -> Reply:
        """Store the reply under the request's key, in the transaction of the command's effect; returns the reply."""
        if self.key:
            idempotency.store(work.connection, self.key, codec.plain(reply))
            self.stored = True
        return reply

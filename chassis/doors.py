"""A service as a list of doors: which message goes to which function, what runs by the clock, what is owed outside.

It is data. `chassis.run` hosts it on nameko; tests open the same doors without a broker.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.settings import ServiceSettings
from chassis.work import Work
from contracts.message import Ask, Command, Event
from contracts.operations import Figure

Handler = Callable[..., Any]


@dataclass(frozen=True)
class Asked:
    """Answer this command or query: `handler(message, work) -> reply`, in one transaction."""

    message: type[Ask[Any]]
    handler: Handler
    converses: bool = False
    replay: Handler | None = None

    @property
    def method(self) -> str:
        """The name that it is asked by."""
        return method_of(self.message)

    @property
    def changes(self) -> bool:
        """Whether it needs a transaction; a query is read on a connection of its own."""
        return issubclass(self.message, Command)


@dataclass(frozen=True)
class Hears:
    """Apply this event: `handler(event, work)`, in one transaction with its inbox row."""

    event: type[Event]
    handler: Handler


@dataclass(frozen=True)
class Every:
    """Do what is due: `step(work) -> bool`, each in its own transaction, again until it answers False."""

    seconds: float
    step: Handler
    converses: bool = False

    @property
    def name(self) -> str:
        """What the logs call it."""
        return self.step.__name__


@dataclass(frozen=True)
class Errand:
    """Make a call that a handler owed: `call(payloads, desk) -> outcomes` outside any transaction, then
    `settle(payload, outcome, work)` in one. An exception is tried again until `patience` seconds have passed.

    `ordered` ones go out one after the other by position; `batch` travel together.
    """

    payload: type[Any]
    call: Handler
    settle: Handler | None = None
    gave_up: Handler | None = None
    batch: int = 1
    ordered: bool = False
    patience: float = 24 * 3600
    at_once: int = 4

    @property
    def kind(self) -> str:
        """What its rows are called."""
        return self.payload.__name__


@dataclass(frozen=True, kw_only=True)
class Service:
    """One deployable. `tools(settings)` makes what its handlers may use beyond the database.

    `figures(work)` is what operators should see of it, beside the mailbox.
    """

    name: str
    settings: type[ServiceSettings]
    work: type[Work]
    tools: Callable[[Any], Any]
    asks: Sequence[Asked] = ()
    hears: Sequence[Hears] = ()
    timers: Sequence[Every] = ()
    errands: Sequence[Errand] = ()
    figures: Callable[[Any], Iterable[Figure]] = lambda _: ()


def method_of(message: type[Ask[Any]]) -> str:
    """The method name of an ask on the wire; a topic word, so without dots."""
    return message.__name__ if message.version == 1 else f"{message.__name__}_v{message.version}"


def asked(message: type[Ask[Any]], handler: Handler, *, replay: Handler | None = None) -> Asked:
    """A door that is answered in one transaction. `replay(stored_reply, work)` completes a stored answer."""
    return Asked(message, handler, replay=replay)


def converses(message: type[Ask[Any]], handler: Handler, *, replay: Handler | None = None) -> Asked:
    """A door whose answer needs others: `handler(message, desk) -> reply`, with asks between transactions."""
    return Asked(message, handler, converses=True, replay=replay)


def on(event: type[Event], handler: Handler) -> Hears:
    """A door for a fact."""
    return Hears(event, handler)


def every(seconds: float, step: Handler, *, converses: bool = False) -> Every:
    """A door that the clock opens."""
    return Every(seconds, step, converses)

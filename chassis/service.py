"""The registry of a service: its asks, events, timers and jobs, each with the function that handles it.

The registry is data. `chassis.hosting.run` hosts it on nameko; tests call the same handlers without a broker.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis.observability.examination import Examination
from chassis.settings import ServiceSettings
from chassis.transactions.work import Work
from contracts.message import Ask, Command, Event
from contracts.operations import Metric

Handler = Callable[..., Any]


@dataclass(frozen=True)
class AskHandler:
    """Handles a command or query: `handler(message, work) -> reply`, in one transaction.

    A handler that `converses` is called as `handler(message, conversation) -> reply` and opens its own transactions.
    `replay(stored_reply, work) -> reply` completes a reply that was stored for an Idempotency-Key.
    """

    message: type[Ask[Any]]
    handler: Handler
    converses: bool = False
    replay: Handler | None = None

    @property
    def method(self) -> str:
        """The method name of the ask on the broker."""
        return method_of(self.message)

    @property
    def changes(self) -> bool:
        """Whether the ask is a command, which needs a transaction; a query reads on a connection of its own."""
        return issubclass(self.message, Command)


@dataclass(frozen=True)
class EventHandler:
    """Applies an event: `handler(event, work)`, in one transaction with its inbox row."""

    event: type[Event]
    handler: Handler


@dataclass(frozen=True)
class Timer:
    """Does what is due: `step(work) -> bool`, each call in its own transaction, repeated until it returns False."""

    seconds: float
    step: Handler
    converses: bool = False

    @property
    def name(self) -> str:
        """The timer's name in logs."""
        return self.step.__name__


@dataclass(frozen=True)
class Job:
    """A durable call to the outside world: `run(payloads, conversation) -> outcomes`, outside any transaction.

    `on_success(payload, outcome, work)` and `on_give_up(payload, reason, work)` store the end of a job in one
    transaction with its row. An exception, raised or returned as an outcome, is retried until `give_up_after`
    seconds have passed. Jobs that are `ordered` run one after the other by position; `batch_size` jobs run together.
    """

    payload: type[Any]
    run: Handler
    on_success: Handler | None = None
    on_give_up: Handler | None = None
    batch_size: int = 1
    ordered: bool = False
    give_up_after: float = 24 * 3600
    concurrency: int = 4

    @property
    def kind(self) -> str:
        """The value of `kind` in the job table."""
        return self.payload.__name__


@dataclass(frozen=True, kw_only=True)
class Service:
    """One deployable. `dependencies(settings)` makes what its handlers use beyond the database.

    `metrics(work)` yields the metrics of the service beside those of its messages and jobs, `examination` is its part
    of the operators' queries.
    """

    name: str
    settings: type[ServiceSettings]
    work: type[Work]
    dependencies: Callable[[Any], Any]
    asks: Sequence[AskHandler] = ()
    events: Sequence[EventHandler] = ()
    timers: Sequence[Timer] = ()
    jobs: Sequence[Job] = ()
    metrics: Callable[[Any], Iterable[Metric]] = lambda _: ()
    examination: Examination = field(default_factory=Examination)


def method_of(message: type[Ask[Any]]) -> str:
    """The method name of an ask on the broker; a topic word, so without dots."""
    return message.__name__ if message.version == 1 else f"{message.__name__}_v{message.version}"


def handles(message: type[Ask[Any]], handler: Handler, *, replay: Handler | None = None) -> AskHandler:
    """An ask that is handled in one transaction: `handler(message, work) -> reply`."""
    return AskHandler(message, handler, replay=replay)


def converses(message: type[Ask[Any]], handler: Handler, *, replay: Handler | None = None) -> AskHandler:
    """An ask whose handler asks other services between transactions: `handler(message, conversation) -> reply`."""
    return AskHandler(message, handler, converses=True, replay=replay)


def on(event: type[Event], handler: Handler) -> EventHandler:
    """An event of another service, or of this one, and its handler."""
    return EventHandler(event, handler)


def every(seconds: float, step: Handler, *, converses: bool = False) -> Timer:
    """A step that runs every so many seconds."""
    return Timer(seconds, step, converses)

"""The registry of a service: its asks, events, timers and jobs, each with the function that handles it.

The registry is data. `chassis.hosting.run` hosts it on nameko; tests call the same handlers without a broker.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
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
    _: KW_ONLY
    converses: bool = False
    replay: Handler | None = None

    @property
    def method(self) -> str:
        """The method name of the ask on the broker."""
        return method_of(self.message)

    @property
    def changes(self) -> bool:
        """Whether the ask is a command, which runs in a transaction. A query only reads."""
        return issubclass(self.message, Command)


@dataclass(frozen=True)
class EventHandler:
    """Applies an event: `handler(event, work)` runs in the transaction that inserts the event's inbox row."""

    event: type[Event]
    handler: Handler


@dataclass(frozen=True)
class Timer:
    """A periodic handler: every `seconds` seconds, `step(work) -> bool` is called until the step returns False.

    Each call has its own transaction. A step that `converses` is called as `step(conversation) -> bool` and opens
    its own transactions.
    """

    seconds: float
    step: Handler
    _: KW_ONLY
    converses: bool = False

    @property
    def name(self) -> str:
        """The timer's name in logs."""
        return self.step.__name__


@dataclass(frozen=True)
class Job:
    """A durable call to the outside world: `run(payloads, conversation) -> outcomes`, outside any transaction.

    `on_success(payload, outcome, work)` and `on_give_up(payload, reason, work)` are called in the transaction that
    marks the job as done or given up. A job fails where `run` raises an exception, or returns an exception as
    the outcome. `conversation.finish(payload, work)` marks a job as done in the transaction of its effect, instead of
    `on_success`. After a `PermanentFailure` the job is given up; any other failure is retried for at least
    `give_up_after` seconds. Up to `batch_size` jobs run together.
    """

    payload: type[Any]
    run: Handler
    on_success: Handler | None = None
    on_give_up: Handler | None = None
    batch_size: int = 1
    give_up_after: float = 24 * 3600
    concurrency: int = 4

    @property
    def kind(self) -> str:
        """The value of `kind` in the job table."""
        return self.payload.__name__

    @property
    def ordered(self) -> bool:
        """Whether jobs with the same `payload.order_key` run one after the other, in the order of enqueueing."""
        return hasattr(self.payload, "order_key")


@dataclass(frozen=True, kw_only=True)
class Service:
    """One deployable service. `dependencies(settings)` makes the objects, besides the database, that the handlers use.

    `metrics(work)` yields the metrics that only this service has. `examination` is the service's part of the
    operators' queries. `lock_first(events, work)` locks what the handlers of a batch of several events will lock, so
    that two batches lock rows in the same order.
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
    lock_first: Callable[[Sequence[Event], Any], None] = lambda *_: None
    examination: Examination = field(default_factory=Examination)


def method_of(message: type[Ask[Any]]) -> str:
    """The ask's method name on the broker: `Name`, or `Name_v2` from version 2 on. Contains no dot."""
    return message.__name__ if message.version == 1 else f"{message.__name__}_v{message.version}"


# The words of a registry, as in `converses(Query, handler)`, `on(Event, handler)` and `every(60, step)`.
handles = AskHandler
converses = partial(AskHandler, converses=True)
on = EventHandler
every = Timer

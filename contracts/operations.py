"""Asks that every service handles, for operators: health, clock, metrics, invariants, timelines, inbox and outbox."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from contracts.data import Data
from contracts.message import Command, Envelope, Nothing, Query


class Health(Data):
    """A service's health. `now` is the domain's time, UTC; `problems` names each dependency that is down."""

    service: str
    ready: bool
    now: datetime
    problems: tuple[str, ...] = ()


class Ping(Query[Health]):
    """Report whether the service runs and reaches its dependencies."""


class AdvanceClock(Command[Health]):
    """Move the domain's clock, in demo mode only. Timeouts, signatures, leases and retries keep wall time."""

    seconds: float


class SkipEvent(Command[Nothing]):
    """Count an event as applied without applying it, so that the subject's next event may be applied.

    Refused `EARLIER_EVENTS` where earlier events of the subject are not applied yet. With `force`, these earlier events
    count as applied, too.
    """

    event: Envelope
    force: bool = False


class EventsToPublish(Data):
    """The number of events that the relay publishes again."""

    count: int


class PublishAgain(Command[EventsToPublish]):
    """Publish the events of the last `seconds` seconds again, for a broker that has lost its data."""

    seconds: float


class Metric(Data):
    """The current value of one metric. `label` distinguishes metrics of one name, for example by kind of job."""

    name: str
    value: float
    label: str = ""


class Metrics(Data):
    """A service's metrics. Counters count in one process only; `instance` names that process."""

    service: str
    instance: str
    metrics: tuple[Metric, ...]


class ReadMetrics(Query[Metrics]):
    """Return the metrics of a service: backlogs, delays, failures."""


class Violation(Data):
    """A breach of an invariant: `subject` is the thing in breach, `what` says what is wrong.

    `booking_id` is set where an unfinished change of that booking can explain the breach.
    """

    invariant: str
    subject: str
    what: str
    booking_id: str = ""


class Violations(Data):
    """The breaches of one invariant in one service's data."""

    violations: tuple[Violation, ...] = ()


class Examine(Query[Violations]):
    """Check one invariant, for example invariant `I3`, in the service's own data.

    In growing tables, only the latest rows are checked; `newest` is their number. Rows that changed in the last
    `older_than` seconds are left out. `events` are events of other services that the invariant compares with the data.
    Refused `UNKNOWN_CHECK` for an unknown name, `TOO_SLOW` where a statement exceeds its time limit.
    """

    invariant: str
    newest: int = 20_000
    older_than: float = 30.0
    events: tuple[Envelope, ...] = ()


class Evidence(Data):
    """One page of rows. `next` is the value of `after` for the next page; None on the last page."""

    rows: tuple[dict[str, Any], ...] = ()
    next: str | None = None


class ReadEvidence(Query[Evidence]):
    """Read rows of one service, for the check of an invariant that involves several services.

    `name` selects the rows, for example `live_holds`. `keys` are ids or subjects, for rows that are read by key.
    `newest` and `older_than` mean the same as in `Examine`. Refused `UNKNOWN_CHECK` for an unknown name, `TOO_SLOW`
    where a statement exceeds its time limit.
    """

    name: str
    keys: tuple[str, ...] = ()
    newest: int = 20_000
    older_than: float = 30.0
    after: str | None = None
    limit: int = 2_000


class EntryKind(StrEnum):
    """The kind of record from which a timeline entry was read."""

    REQUEST = "request"  # an HTTP request, by its correlation id
    CHANGE = "change"  # an audit row, with its event
    EVENT = "event"  # an outbox row without an audit row
    DELIVERY = "delivery"  # an inbox row
    WEBHOOK = "webhook"  # a webhook event of the provider
    CALL = "call"  # a call that changes something at the provider
    MONEY = "money"  # a ledger row
    PUSH = "push"
    MAIL = "mail"
    SMS = "sms"
    LOG = "log"  # a warning or an error in a log


class TimelineEntry(Data):
    """One entry of a booking's timeline. `at` is wall time, UTC. `cause` is the `id` of the entry that caused this one.

    `facts` is plain data with instants as ISO 8601 text. An entry holds no person's name, address or words.
    """

    at: datetime
    service: str
    kind: EntryKind
    what: str
    id: str = ""
    cause: str = ""
    trace_id: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class EventReference(Data):
    """An event in a service's outbox. `published` is True once the broker has confirmed the event."""

    id: str
    source: str
    subject: str
    sequence: int
    type: str
    trace_id: str
    published: bool


class Explanation(Data):
    """Everything that a service knows of a booking.

    `booking` is the booking's row, which only the bookings service has; `payments` are the payments' rows, which only
    the payments service has. `under_way` has a sentence for each step that is still to come.
    """

    booking: dict[str, Any] | None = None
    payments: tuple[dict[str, Any], ...] = ()
    events: tuple[EventReference, ...] = ()
    entries: tuple[TimelineEntry, ...] = ()
    under_way: tuple[str, ...] = ()


class ExplainBooking(Query[Explanation]):
    """Return everything that the service knows of a booking.

    `booking` is the booking's id; the bookings service also takes a confirmation number, and needs no `hotel`. `traces`
    are the trace ids of the booking's events in other services.
    """

    booking: str
    traces: tuple[str, ...] = ()
    hotel: str = ""


class InboxPosition(Data):
    """The last sequence of a subject that the service has applied."""

    source: str
    subject: str
    last: int


class EventsExplained(Data):
    """The timeline entries about the events, and the inbox positions of the events' subjects."""

    entries: tuple[TimelineEntry, ...] = ()
    positions: tuple[InboxPosition, ...] = ()


class ExplainEvents(Query[EventsExplained]):
    """Return the service's deliveries of these events, and the pushes, mails and text messages caused by the events."""

    ids: tuple[str, ...]
    subjects: tuple[str, ...]

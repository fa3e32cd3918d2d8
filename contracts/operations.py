"""Asks that every service handles, for operators: health, clock, metrics, invariants and a booking's timeline."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from contracts.message import Command, Envelope, Nothing, Query


@dataclass(frozen=True, kw_only=True)
class Health:
    """A service's health. `now` is the domain's time, UTC; `problems` names each dependency that is down."""

    service: str
    ready: bool
    now: datetime
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ping(Query[Health]):
    """Whether the service runs and reaches its dependencies."""


@dataclass(frozen=True, kw_only=True)
class AdvanceClock(Command[Health]):
    """Demo mode only: move the domain's clock. Timeouts, signatures, leases and retries keep wall time."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class SkipEvent(Command[Nothing]):
    """Count an event as applied without applying it, so that the subject's next event may be applied.

    Refused with EARLIER_EVENTS where earlier events of the subject are not applied yet, unless `force` gives them up.
    """

    event: Envelope
    force: bool = False


@dataclass(frozen=True, kw_only=True)
class EventsToPublish:
    """How many events the relay publishes again."""

    count: int


@dataclass(frozen=True, kw_only=True)
class PublishAgain(Command[EventsToPublish]):
    """Publish once more what was recorded in the last `seconds`: for a broker that has lost its data."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric as of now. `label` distinguishes metrics of one name: a kind of job, a state."""

    name: str
    value: float
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """A service's metrics. Counters are those of the process that replied: `instance` names it."""

    service: str
    instance: str
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, kw_only=True)
class ReadMetrics(Query[Metrics]):
    """The metrics of a service: backlogs, delays, failures."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A breach of an invariant: the thing in breach and what is wrong with it.

    `booking_id` is set where a change of that booking that is still on its way can explain the breach.
    """

    invariant: str
    subject: str
    what: str
    booking_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Violations:
    """The breaches of one invariant in one service's data."""

    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Examine(Query[Violations]):
    """Judge one invariant, as in `I3`, by the service's own data; refused with UNKNOWN_CHECK or TOO_SLOW.

    Of what grows without end, the `newest` rows are judged; what changed in the last `older_than` seconds is not.
    `events` are events of other services, for an invariant that compares them with the service's data.
    """

    invariant: str
    newest: int = 20_000
    older_than: float = 30.0
    events: tuple[Envelope, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One page of rows. `next` goes into `after` for the page that follows; None at the end."""

    rows: tuple[dict[str, Any], ...] = ()
    next: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReadEvidence(Query[Evidence]):
    """Read rows by which an invariant over several services is judged; refused with UNKNOWN_CHECK or TOO_SLOW.

    `name` names the rows, as in `live_holds`. `keys` are the ids or subjects that rows are read of, where the rows
    are read by key. `newest` and `older_than` mean what they mean for `Examine`.
    """

    name: str
    keys: tuple[str, ...] = ()
    newest: int = 20_000
    older_than: float = 30.0
    after: str | None = None
    limit: int = 2_000


class EntryKind(StrEnum):
    """The record that a timeline entry was read from."""

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


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """One entry of a booking's timeline. `at` is wall time, UTC; other entries name this one's `id` as their `cause`.

    `facts` is plain data, moments as ISO 8601. Holds no person's name, address or words.
    """

    at: datetime
    service: str
    kind: EntryKind
    what: str
    id: str = ""
    cause: str = ""
    trace_id: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EventReference:
    """An event in a service's outbox; `published` once the broker has confirmed it."""

    id: str
    source: str
    subject: str
    sequence: int
    type: str
    trace_id: str
    published: bool


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Everything that a service knows of a booking.

    `booking` is the booking's row where the service owns bookings, `payments` its payments where it owns those.
    `under_way` has a sentence for each thing that is still to come.
    """

    booking: dict[str, Any] | None = None
    payments: tuple[dict[str, Any], ...] = ()
    events: tuple[EventReference, ...] = ()
    entries: tuple[TimelineEntry, ...] = ()
    under_way: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExplainBooking(Query[Explanation]):
    """Everything that the service knows of a booking: its id, or for bookings its confirmation number.

    `traces` are trace ids of the booking's events in other services.
    """

    booking: str
    traces: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class InboxPosition:
    """The last sequence of a subject that the service has applied."""

    source: str
    subject: str
    last: int


@dataclass(frozen=True, kw_only=True)
class EventsExplained:
    """The deliveries of events and what they caused, and how far their subjects were applied."""

    entries: tuple[TimelineEntry, ...] = ()
    positions: tuple[InboxPosition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExplainEvents(Query[EventsExplained]):
    """What the service did with these events, of any service: their deliveries, pushes, mails and text messages."""

    ids: tuple[str, ...]
    subjects: tuple[str, ...]

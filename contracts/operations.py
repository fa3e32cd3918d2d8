"""Asks that every service handles, for operators: health, clock and metrics."""

from dataclasses import dataclass
from datetime import datetime

from contracts.message import Command, Query


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

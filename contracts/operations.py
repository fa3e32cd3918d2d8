"""What every service can be asked by an operator, whatever else it does."""

from dataclasses import dataclass
from datetime import datetime

from contracts.message import Command, Query


@dataclass(frozen=True, kw_only=True)
class Health:
    """What a service says of itself. `problems` names each dependency that is down."""

    service: str
    ready: bool
    now: datetime
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ping(Query[Health]):
    """Is this service alive, and does it reach what it needs?"""


@dataclass(frozen=True, kw_only=True)
class AdvanceClock(Command[Health]):
    """Demo mode only: move the domain's clock. Timeouts, signatures, leases and retries keep wall time."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of a service's, as of now. `label` tells those of one name apart: a kind of errand, a state."""

    name: str
    value: float
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a service says of its work. Counters are of the process that answered: `instance` names it."""

    service: str
    instance: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, kw_only=True)
class ReadFigures(Query[Figures]):
    """How much waits, how late it is, and what has failed."""

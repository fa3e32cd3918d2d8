"""The table of faults: each process with each kind of fault that it can have, and which operations may fail then."""

from dataclasses import dataclass
from enum import StrEnum

from sandbox.chaos.client.operations import ClientOperation


class FaultKind(StrEnum):
    """A kind of fault."""

    KILL = "killed"
    BOTH_KILLED = "both killed"
    FREEZE = "frozen"
    LONG_FREEZE = "frozen long"
    ROLLING = "rolling restart"
    RESTART = "restarted"
    OUTAGE = "down 60 s"
    BROKER_DELAY = "broker link slow"
    BROKER_RESET = "broker link reset"
    BROKER_BLACKHOLE = "broker link silent"
    DATABASE_DELAY = "database link slow"
    DATABASE_RESET = "database link reset"
    DATABASE_BLACKHOLE = "database link silent"
    SLOW = "slow"
    DOWN = "down"
    FAILS_AFTER_WORK = "fails after the work"
    WEBHOOKS_DOUBLED = "webhooks doubled"
    WEBHOOKS_REORDERED = "webhooks reordered"
    WEBHOOKS_DROPPED = "webhooks dropped"
    UNREADABLE = "unreadable message"
    UNSIGNED = "unsigned message"
    UNKNOWN_TYPE = "message of unknown type"


LINK_KINDS = tuple(kind for kind in FaultKind if kind.name.startswith(("BROKER_", "DATABASE_")))
POISON_KINDS = (FaultKind.UNREADABLE, FaultKind.UNSIGNED, FaultKind.UNKNOWN_TYPE)
WEBHOOK_KINDS = (FaultKind.WEBHOOKS_DOUBLED, FaultKind.WEBHOOKS_REORDERED, FaultKind.WEBHOOKS_DROPPED)

SERVICES = ("bookings", "payments", "rooms", "notifier")
COPIED_PROCESSES = (*SERVICES, "relay", "gateway")
"""What runs twice: `bookings-1`, `bookings-2`."""
NODES = ("rabbit", "postgres")


@dataclass(frozen=True, order=True)
class FaultCell:
    """A cell of the table."""

    process: str
    kind: FaultKind

    @property
    def is_long(self) -> bool:
        """Whether the fault lasts so long that only long runs have it."""
        return self.kind is FaultKind.OUTAGE

    def __str__(self) -> str:
        return f"{self.process} {self.kind}"


def cells() -> tuple[FaultCell, ...]:
    """Every cell."""
    process_kinds = (FaultKind.KILL, FaultKind.FREEZE, FaultKind.LONG_FREEZE, FaultKind.ROLLING)
    rows: dict[str, tuple[FaultKind, ...]] = dict.fromkeys(COPIED_PROCESSES, (*process_kinds, *LINK_KINDS))
    rows |= {name: (*rows[name], FaultKind.BOTH_KILLED) for name in (*SERVICES, "relay")}
    rows |= {service: (*rows[service], *POISON_KINDS) for service in SERVICES}
    rows |= dict.fromkeys(NODES, (FaultKind.KILL, FaultKind.FREEZE, FaultKind.RESTART))
    rows["rabbit"] += (FaultKind.OUTAGE,)
    rows["stripe"] = (FaultKind.SLOW, FaultKind.DOWN, FaultKind.FAILS_AFTER_WORK, *WEBHOOK_KINDS)
    rows["pusher"] = rows["mailbox"] = (FaultKind.SLOW, FaultKind.DOWN)
    return tuple(FaultCell(process, kind) for process, kinds in rows.items() for kind in kinds)


_EVERYTHING = frozenset({"gateway", *SERVICES})
_ASKS = {
    "bookings": frozenset({"bookings", "payments", "notifier"}),
    "payments": frozenset({"payments"}),
    "rooms": frozenset({"rooms", "bookings"}),
    "notifier": frozenset({"notifier"}),
    "relay": frozenset[str](),
    "gateway": _EVERYTHING,
    "rabbit": _EVERYTHING,
    "postgres": _EVERYTHING,
    "stripe": frozenset({"payments"}),
    "pusher": frozenset[str](),
    "mailbox": frozenset[str](),
}
"""By faulty process: the services whose operations need it."""


def may_fail(cell: FaultCell, operation: ClientOperation) -> bool:
    """Whether a request of this operation may fail during the fault; its clients repeat it.

    Nothing may fail in a rolling restart, nor because of a poisoned message or of what webhooks do.
    """
    if cell.kind is FaultKind.ROLLING or cell.kind in (*POISON_KINDS, *WEBHOOK_KINDS):
        return False
    return not _ASKS[cell.process].isdisjoint((operation.service, *operation.also))

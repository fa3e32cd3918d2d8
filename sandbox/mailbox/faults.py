"""Faults on demand for the next mails."""

from dataclasses import dataclass
from enum import StrEnum

from sandbox.faults import FaultQueue, QueuedFault, check_status


class MailFaultMode(StrEnum):
    """The kinds of fault, applied after a mail's content has arrived."""

    REJECT = "reject"
    """Refused permanently with `code`, by default 550; not stored."""
    TEMPFAIL = "tempfail"
    """Refused temporarily with `code`, by default 451; not stored."""
    DROP_AFTER_ACCEPT = "drop_after_accept"
    """Stored, but the connection is aborted instead of the 250 response."""
    DELAY = "delay"
    """Stored at once, but answered after `seconds`; a sender with a shorter timeout sends again."""


@dataclass(slots=True, kw_only=True)
class MailFault(QueuedFault):
    """A fault that applies to a number of mails."""

    MODES = MailFaultMode

    mode: MailFaultMode
    code: int | None = None

    def check(self) -> None:
        """Raise `ValueError` unless the fault is possible."""
        QueuedFault.check(self)
        if self.code is not None:
            check_status("code", self.code)


class MailFaults(FaultQueue[MailFault]):
    """The faults of the next mails."""

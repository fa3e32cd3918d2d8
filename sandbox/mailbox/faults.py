"""Faults on demand for the next mails."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sandbox.faults import BaseFault, FaultQueue, check_status


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
class MailFault(BaseFault):
    """A fault that applies to a number of mails."""

    mode: MailFaultMode
    code: int | None = None

    @classmethod
    def parse(cls, body: dict[str, Any]) -> "MailFault":
        """Parse the fault in a control request.

        Raises:
            ValueError: the fault is invalid.

        """
        try:
            fault = cls(**(body | {"mode": MailFaultMode(body.get("mode", ""))}))
        except TypeError as error:
            raise ValueError(str(error)) from None
        fault.check()
        if fault.code is not None:
            check_status("code", fault.code)
        return fault


class MailFaults(FaultQueue[MailFault]):
    """The faults of the next mails."""

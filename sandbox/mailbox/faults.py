"""Faults on demand: what goes wrong with the next mails."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sandbox.trouble import Row, Trouble, check_status


class Mode(StrEnum):
    """What happens when a mail's content has arrived."""

    REJECT = "reject"
    """Refused for good, 550 unless `code` says otherwise; not kept."""
    TEMPFAIL = "tempfail"
    """Refused for now, 451 unless `code` says otherwise; not kept."""
    DROP_AFTER_ACCEPT = "drop_after_accept"
    """Kept, but the connection is cut instead of the 250: the sender cannot know."""
    DELAY = "delay"
    """Kept at once, but answered only after `seconds`: an impatient sender sends again."""


@dataclass(slots=True, kw_only=True)
class Fault(Trouble):
    """One kind of trouble, for so many mails."""

    mode: Mode
    code: int | None = None

    @classmethod
    def parse(cls, body: dict[str, Any]) -> "Fault":
        """The fault a control request asks for.

        Raises:
            ValueError: there is no such fault.

        """
        try:
            fault = cls(**(body | {"mode": Mode(body.get("mode", ""))}))
        except TypeError as error:
            raise ValueError(str(error)) from None
        fault.check()
        if fault.code is not None:
            check_status("code", fault.code)
        return fault


class Faults(Row[Fault]):
    """What goes wrong with the mails to come."""

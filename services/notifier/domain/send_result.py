"""The result of one attempt to send a notice."""

import re
from enum import Enum

from chassis.refusal import PermanentFailure, RetryLater


class Sent(Enum):
    """The provider accepted the notice."""

    SENT = "sent"


SENT = Sent.SENT
SendResult = Sent | RetryLater | PermanentFailure


def failure_code(reason: str) -> str:
    """The code in a job's last error, such as `SMTP_550`. For an error without a code, the error's class name."""
    kind, _, detail = reason.partition(": ")
    return detail if re.fullmatch(r"[A-Z][A-Z0-9_]*", detail) else kind

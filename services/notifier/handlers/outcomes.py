"""How an attempt to send a notice can end."""

import re
from enum import Enum

from chassis.refusal import PermanentFailure, RetryLater


class Sent(Enum):
    """It went out."""

    SENT = "sent"


SENT = Sent.SENT
Outcome = Sent | RetryLater | PermanentFailure


def reason_code(why: str) -> str:
    """The code in what the chassis says of a failure (`Hopeless: SMTP_550`), else what kind of failure it was."""
    kind, _, said = why.partition(": ")
    return said if re.fullmatch(r"[A-Z][A-Z0-9_]*", said) else kind

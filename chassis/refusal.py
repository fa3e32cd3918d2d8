"""The ways in which a request, event or job fails: refused, too early, unavailable, retried later, failed for good."""

from collections.abc import Sequence
from typing import Any

INVALID_MESSAGE = "INVALID_MESSAGE"  # the code where a contract refuses the contents of a message


class Refusal(Exception):
    """A deliberate answer: the caller receives `code`, nothing has changed, and nothing is retried.

    `errors` lists `{"field", "message"}` for bad input; `details` are the further fields that the code defines.
    """

    def __init__(self, code: str, message: str, *, errors: Sequence[dict[str, str]] = (), **details: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.errors = tuple(errors)
        self.details = details


class TooEarly(Exception):
    """A handler needs an event that has not arrived yet. The delivery is retried later; no attempt is counted."""


class Unavailable(Exception):
    """No reply came in time, or a dependency is down. No attempt is counted, and the same request may be sent again.

    `seconds` is the pause that the dependency asks for. None means that the dependency names no pause.
    """

    def __init__(self, *reason: object, seconds: float | None = None) -> None:
        super().__init__(*reason)
        self.seconds = seconds


class NoAnswer(Unavailable):
    """Another service of this system cannot be asked, or does not answer in time."""


class RetryLater(Exception):
    """A job cannot be done now. The job is retried after `seconds`; where `seconds` is None, after the backoff."""

    def __init__(self, reason: str, *, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class PermanentFailure(Exception):
    """Raised by a job that can never succeed. The job is given up at once."""

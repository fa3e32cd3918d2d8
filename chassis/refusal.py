"""How a request, an event or a job fails: refused, too early, unavailable, to be retried, or for good."""

from collections.abc import Sequence
from typing import Any


class Refusal(Exception):
    """An answer, not an accident: the caller is told `code` and nothing has changed. Never retried.

    `errors` lists `{"field", "message"}` for bad input; `details` are the further fields that the code defines.
    """

    def __init__(self, code: str, message: str, *, errors: Sequence[dict[str, str]] = (), **details: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.errors = tuple(errors)
        self.details = details


class TooEarly(Exception):
    """A handler needs an event that has not arrived yet: the delivery is retried later, and counts as no attempt."""


class Unavailable(Exception):
    """No reply came in time, or a dependency is down. Not an attempt: the same request may be sent again.

    `seconds` is the pause that the dependency asks for, if it names one.
    """

    def __init__(self, *reason: object, seconds: float | None = None) -> None:
        super().__init__(*reason)
        self.seconds = seconds


class RetryLater(Exception):
    """A job cannot be done now; it is retried, after `seconds` if given."""

    def __init__(self, reason: str, *, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class PermanentFailure(Exception):
    """A job can never succeed; it is given up at once."""

"""The ways a request can end other than well: refused on purpose, too early, or nobody there to answer."""

from collections.abc import Sequence
from typing import Any


class Refusal(Exception):
    """An answer, not an accident: the caller is told `code` and nothing has changed. Never retried.

    `errors` lists `{"field", "message"}` for bad input; `details` are further facts that the code's shape promises.
    """

    def __init__(self, code: str, message: str, *, errors: Sequence[dict[str, str]] = (), **details: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.errors = tuple(errors)
        self.details = details


class TooEarly(Exception):
    """A handler needs something that has not arrived yet: the delivery comes back later, and that is not a try."""


class Unavailable(Exception):
    """Nobody answered in time, or what is needed is down. Not a try: the same request may be sent again.

    `seconds` is how long whoever is asked wants to be left alone, if they say so.
    """

    def __init__(self, *reason: object, seconds: float | None = None) -> None:
        super().__init__(*reason)
        self.seconds = seconds


class Later(Exception):
    """An errand's call could not be made now; it is tried again, after `seconds` if given."""

    def __init__(self, reason: str, *, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Hopeless(Exception):
    """An errand's call can never succeed; it is given up at once."""

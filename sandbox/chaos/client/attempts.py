"""The log of all requests with their answers: attempts, failures and unexpected answers."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

FAILED = frozenset({503, 504})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request.

    Times are seconds of the monotonic clock; `status` is None where the connection was lost.

    `detail` is why it failed: the beginning of the body, or the error's name.
    """

    operation: str
    started: float
    ended: float
    status: int | None
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Whether the request may or may not have had its effect: 503, or no answer."""
        return self.status is None or self.status in FAILED

    def overlaps(self, began: float, ended: float) -> bool:
        return self.started <= ended and self.ended >= began


@dataclass(frozen=True, slots=True)
class UnexpectedAnswer:
    """An answer that the operation may not give: `what` has status, code and the beginning of the body."""

    at: float
    operation: str
    subject: str
    what: str


@dataclass
class AttemptLog:
    """The attempts of all clients, in order of their ends."""

    attempts: list[Attempt] = field(default_factory=list)
    unexpected: list[UnexpectedAnswer] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, attempt: Attempt) -> None:
        with self._lock:
            self.attempts.append(attempt)

    def add_unexpected(self, answer: UnexpectedAnswer) -> None:
        with self._lock:
            self.unexpected.append(answer)

    def since(self, moment: float) -> list[Attempt]:
        """The attempts that ended at or after `moment`, newest first."""
        with self._lock:
            attempts = list(self.attempts)
        return list(_newest(attempts, moment))

    def between(self, began: float, ended: float) -> list[Attempt]:
        """The attempts that were under way between two moments."""
        return [attempt for attempt in self.since(began) if attempt.overlaps(began, ended)]


def _newest(attempts: list[Attempt], moment: float) -> Iterator[Attempt]:
    for attempt in reversed(attempts):
        if attempt.ended < moment:
            return
        yield attempt

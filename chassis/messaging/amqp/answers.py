"""An answer of the broker that one thread waits for and another one receives."""

import threading
from typing import Any


class Answer:
    """Is set or failed once; what comes later makes no difference."""

    def __init__(self) -> None:
        self._came = threading.Event()
        self._value: Any = None
        self._problem: Exception | None = None

    def set(self, value: Any = None) -> None:
        """The answer has come."""
        if not self._came.is_set():
            self._value = value
            self._came.set()

    def fail(self, problem: Exception) -> None:
        """No answer will come, for this reason."""
        if not self._came.is_set():
            self._problem = problem
            self._came.set()

    def wait(self, within: float) -> Any:
        """The value. Raises the problem, and TimeoutError after `within` seconds."""
        if not self._came.wait(within):
            raise TimeoutError(f"the broker has not answered within {within:g} s")
        if self._problem:
            raise self._problem
        return self._value

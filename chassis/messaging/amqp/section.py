"""A lock whose release sends what was gathered: several frames that belong together leave in one call."""

import threading
from abc import ABC, abstractmethod
from types import TracebackType


class Section(ABC):
    """`with section:` guards a connection's state. The outermost one sends on leaving; `send` and `abort` never wait.

    An exception such as KeyboardInterrupt may have cut a message in two: then nothing is sent, and the stream ends.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._depth = 0
        self._owner = 0

    @property
    def is_entered_here(self) -> bool:
        """Whether this thread is inside."""
        return self._depth > 0 and self._owner == threading.get_ident()

    @abstractmethod
    def send(self) -> None:
        """Send what was gathered."""

    @abstractmethod
    def abort(self) -> None:
        """Send nothing more."""

    def __enter__(self) -> None:
        self.lock.acquire()
        self._owner = threading.get_ident()
        self._depth += 1

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        try:
            if kind is not None and not issubclass(kind, Exception):
                self.abort()
            elif self._depth == 1:
                self.send()
        except BaseException:
            self.abort()
            raise
        finally:
            self._depth -= 1
            self.lock.release()

"""A cache whose values are valid for some seconds, for callers that read all missing values at once."""

from collections.abc import Hashable, Iterable, Mapping
from time import monotonic
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST = 10_000


class TtlCache(Generic[K, V]):
    """Values by key, each valid for `seconds`. A cache of `most` values is emptied before another value is stored."""

    def __init__(self, seconds: float, *, most: int = MOST) -> None:
        self._seconds = seconds
        self._most = most
        self._entries: dict[K, tuple[float, V]] = {}

    def get(self, keys: Iterable[K]) -> dict[K, V]:
        """The valid values among these keys."""
        now = monotonic()
        entries = ((key, self._entries.get(key)) for key in keys)
        return {key: entry[1] for key, entry in entries if entry is not None and now < entry[0]}

    def clear(self) -> None:
        """Forget every value."""
        self._entries.clear()

    def store(self, values: Mapping[K, V]) -> None:
        """Store the values for `seconds` from now on."""
        if len(self._entries) + len(values) > self._most:
            self._entries.clear()
        until = monotonic() + self._seconds
        self._entries.update({key: (until, value) for key, value in values.items()})

"""A dictionary that knows which of its values may have changed."""

from __future__ import annotations

from typing import Any, TypeVar

Value = TypeVar("Value")
Default = TypeVar("Default")


class TrackedDict(dict[str, Value]):
    """Notes each key that was read or written, because a value that was read may have been changed in place.

    A value that is reached by iteration is not noted; `touch` notes it.
    """

    def __init__(self, values: dict[str, Value]) -> None:
        super().__init__(values)
        self.touched: set[str] = set()

    def touch(self, key: str) -> None:
        self.touched.add(key)

    def untracked(self, key: str) -> Value | None:
        """The value, without a note."""
        return super().get(key)

    def __getitem__(self, key: str) -> Value:
        self.touched.add(key)
        return super().__getitem__(key)

    def __setitem__(self, key: str, value: Value) -> None:
        self.touched.add(key)
        super().__setitem__(key, value)

    def get(self, key: str, default: Any = None) -> Any:
        self.touched.add(key)
        return super().get(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        self.touched.add(key)
        return super().pop(key, *default)

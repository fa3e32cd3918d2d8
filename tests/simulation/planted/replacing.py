"""Replaces functions and constants of the product in this process, and puts them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_MISSING = object()


class Replacements:
    """What a planted fault replaces. `undo` puts everything back, the last replacement first.

    `turn` lets other tasks of the world run, where a fault takes longer than what it replaces.
    """

    def __init__(self, turn: Callable[[], None] = lambda: None) -> None:
        self.turn = turn
        self._originals: list[tuple[Any, str, Any]] = []

    def __len__(self) -> int:
        return len(self._originals)

    def replace(self, owner: Any, name: str, value: Any) -> None:
        """Replace an attribute of a module or a class. Raises `AttributeError` where there is no such attribute."""
        getattr(owner, name)
        self._originals.append((owner, name, vars(owner).get(name, _MISSING)))
        setattr(owner, name, value)

    def undo(self) -> None:
        """Put everything back."""
        while self._originals:
            owner, name, original = self._originals.pop()
            if original is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, original)

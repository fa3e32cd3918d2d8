"""Replaces functions and constants of the product in this process, and puts them back."""

from __future__ import annotations

from typing import Any

_MISSING = object()


class Replacements:
    """What a planted fault replaces. `undo` puts everything back, the last replacement first."""

    def __init__(self) -> None:
        self._originals: list[tuple[Any, str, Any]] = []

    def __len__(self) -> int:
        return len(self._originals)

    @property
    def places(self) -> list[tuple[Any, str]]:
        """The modules or classes, each with the name of the attribute that is replaced there."""
        return [(owner, name) for owner, name, _ in self._originals]

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

"""Applies a change command to a definition (a frozen dataclass): sets some fields, resets others to their defaults."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, replace
from types import MappingProxyType
from typing import Any, TypeVar

from services.rooms.domain.validation import check

Definition = TypeVar("Definition")

NONE: Mapping[str, Any] = MappingProxyType({})


def amended(
    current: Definition, change: Any, *, clear: Sequence[str] = (), converted: Mapping[str, Any] = NONE
) -> Definition:
    """The definition after the change: fields of `change` that are not None replace the present values.

    A value in `converted` replaces the same field's value in `change`. The fields in `clear` get their defaults.
    The `code` never changes. Refused `VALIDATION_ERROR` where `clear` names a field without a default.
    """
    by_name = {each.name: each for each in fields(current)}  # type: ignore[arg-type]
    defaults = {name: by_name[name].default for name in clear if name in by_name}
    check((name, "must not be empty") for name in clear if defaults.get(name, MISSING) is MISSING)
    given = {name: getattr(change, name, None) for name in by_name if name != "code"} | dict(converted)
    new = {name: value for name, value in given.items() if value is not None} | defaults
    return replace(current, **new)  # type: ignore[type-var]


def differing(before: Any, after: Any) -> list[str]:
    """The names of the fields that differ between two definitions of one class."""
    return [each.name for each in fields(before) if getattr(before, each.name) != getattr(after, each.name)]

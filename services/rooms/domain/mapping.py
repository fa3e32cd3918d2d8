"""Makes one dataclass from another."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def mapped(kind: type[T], *sources: Any, **values: Any) -> T:
    """An instance of the dataclass `kind`, made from the result of `field_values`."""
    return kind(**field_values(kind, *sources, **values))


def field_values(kind: type, *sources: Any, **values: Any) -> Mapping[str, Any]:
    """A value for each field of the dataclass `kind`: from `values`, or the attribute of that name of a source.

    A later source wins over an earlier source. Raises `TypeError` for a field without a value, even if the field has a
    default, and for a name in `values` that is not a field.
    """
    names = field_names(kind)
    copied = {name: getattr(source, name) for source in sources for name in names if hasattr(source, name)}
    return complete(kind, copied | values)


def complete(kind: type, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values. Raises `TypeError` unless there is one for each field of the dataclass `kind`, and no other."""
    if differing := values.keys() ^ field_names(kind):
        raise TypeError(f"{kind.__name__} and its values differ in {sorted(differing)}")
    return values


@cache
def field_names(kind: type) -> frozenset[str]:
    """The names of the fields of the dataclass `kind`."""
    return frozenset(each.name for each in fields(kind))

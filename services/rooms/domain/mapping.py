"""Makes one dataclass from another."""

from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


def mapped(kind: type[T], *sources: Any, **values: Any) -> T:
    """An instance of the dataclass `kind`, made from the result of `field_values`."""
    return kind(**field_values(kind, *sources, **values))


def field_values(kind: type, *sources: Any, **values: Any) -> dict[str, Any]:
    """A value for each field of the dataclass `kind`: from `values`, or the attribute of that name of a source.

    A later source wins over an earlier source. Raises `TypeError` for a field without a value, even if the field has a
    default, and for a name in `values` that is not a field.
    """
    names = {each.name for each in fields(kind)}
    copied = {name: getattr(source, name) for source in sources for name in names if hasattr(source, name)} | values
    if copied.keys() != names:
        raise TypeError(f"{kind.__name__} and its values differ in {sorted(copied.keys() ^ names)}")
    return copied

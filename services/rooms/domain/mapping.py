"""Makes one dataclass from another."""

from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


def mapped(kind: type[T], *sources: Any, **values: Any) -> T:
    """An instance of the dataclass `kind`, made from `values` and from the fields of the same name in `sources`.

    `values` win over the sources, and a later source over an earlier source. All other fields have their defaults.
    """
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    copied = {name: getattr(source, name) for source in sources for name in names if hasattr(source, name)}
    return kind(**copied | values)

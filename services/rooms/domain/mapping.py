"""Makes one dataclass from another."""

from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


def mapped(kind: type[T], *sources: Any, **values: Any) -> T:
    """An instance of the dataclass `kind`: each field has its value in `values`, else that of the sources' field.

    A field of the same name in a later source wins. A field without a value and without a source has its default.
    """
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    copied = {name: getattr(source, name) for source in sources for name in names if hasattr(source, name)}
    return kind(**copied | values)

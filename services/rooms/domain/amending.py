"""A definition with some of its fields changed."""

from collections.abc import Sequence
from dataclasses import MISSING, fields, replace
from typing import Any, TypeVar

from chassis.refusal import Refusal

Definition = TypeVar("Definition")


def amended(current: Definition, change: Any, *, clear: Sequence[str] = ()) -> Definition:
    """The definition with every field that the change names, and those to clear as they are when nobody names them.

    Refused `VALIDATION_ERROR` for a field that cannot be empty.
    """
    known = {each.name: each for each in fields(current)}  # type: ignore[arg-type]
    usual = {name: known[name].default for name in clear if name in known}
    stuck = [name for name in clear if usual.get(name, MISSING) is MISSING]
    if stuck:
        check((name, "must not be empty") for name in stuck)
    given = {name: getattr(change, name, None) for name in known if name != "code"}
    new = {name: value for name, value in given.items() if value is not None} | usual
    return replace(current, **new)  # type: ignore[type-var]


def check(problems: Any, *, message: str = "The request has invalid fields.") -> None:
    """Refused `VALIDATION_ERROR` with every problem: pairs of a field and what is wrong with it."""
    errors = [{"field": field, "message": said} for field, said in problems]
    if errors:
        raise Refusal("VALIDATION_ERROR", message, errors=errors)

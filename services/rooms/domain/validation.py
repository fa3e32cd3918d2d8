"""Refusals of requests with invalid fields."""

from collections.abc import Iterable

from chassis.refusal import Refusal


def check(problems: Iterable[tuple[str, str]], *, message: str = "The request has invalid fields.") -> None:
    """Refuse `VALIDATION_ERROR` if there are problems. A problem is a field and a message about its value."""
    errors = [{"field": field, "message": problem} for field, problem in problems]
    if errors:
        raise Refusal("VALIDATION_ERROR", message, errors=errors)


def invalid(field: str, message: str) -> Refusal:
    """The refusal `VALIDATION_ERROR` for one field."""
    return Refusal("VALIDATION_ERROR", f"{field} {message}.", errors=[{"field": field, "message": message}])

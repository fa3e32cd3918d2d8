"""Invalid input: each error names its field, and says what the field must be."""

from chassis.email_address import address_problem
from chassis.refusal import Refusal
from chassis.text import text_problem
from contracts.fields import EMAIL, TextKind

FieldError = dict[str, str]


def field_errors(*checks: tuple[bool, str, str]) -> list[FieldError]:
    """The errors of the failed checks. Each check has a bool (True if failed), the field and the message."""
    return [{"field": field, "message": message} for failed, field, message in checks if failed]


def text_errors(*texts: tuple[str, str, TextKind]) -> list[FieldError]:
    """The errors of the texts that are not of their kind; each is a field, a text and its kind."""
    problems = ((field, _text_problem(text, kind)) for field, text, kind in texts)
    return [{"field": field, "message": problem} for field, problem in problems if problem]


def _text_problem(text: str, kind: TextKind) -> str | None:
    return address_problem(text) if kind is EMAIL else text_problem(text, kind)


def refuse_if(errors: list[FieldError], message: str) -> None:
    """Refuse `VALIDATION_ERROR` if there are errors."""
    if errors:
        raise Refusal("VALIDATION_ERROR", message, errors=errors)


def invalid(field: str, message: str) -> Refusal:
    """The refusal `VALIDATION_ERROR` for one field."""
    return Refusal("VALIDATION_ERROR", message, errors=[{"field": field, "message": message}])

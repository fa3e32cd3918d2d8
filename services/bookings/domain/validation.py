"""Invalid input: each error names its field, and says what the field must be."""

from chassis.refusal import Refusal

FieldError = dict[str, str]


def field_errors(*checks: tuple[bool, str, str]) -> list[FieldError]:
    """The errors of the failed checks. Each check has a bool (True if failed), the field and the message."""
    return [{"field": field, "message": message} for failed, field, message in checks if failed]


def refuse_if(errors: list[FieldError], message: str) -> None:
    """Refuse `VALIDATION_ERROR` if there are errors."""
    if errors:
        raise Refusal("VALIDATION_ERROR", message, errors=errors)


def invalid(field: str, message: str) -> Refusal:
    """The refusal `VALIDATION_ERROR` for one field."""
    return Refusal("VALIDATION_ERROR", message, errors=[{"field": field, "message": message}])

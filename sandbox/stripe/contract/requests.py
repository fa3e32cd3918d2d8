"""Reads requests: converts a form's strings to typed parameters, or raises Stripe's error."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from stripe._stripe_object import UntypedStripeObject
from typing_extensions import is_typeddict

from sandbox.stripe.contract.hints import branches, fields_of
from sandbox.stripe.errors import ApiError, invalid
from sandbox.stripe.forms import Form, FormValue

_INTEGER = re.compile(r"-?\d{1,18}")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")


def read_params(form: Form, params: type, *, at: str = "", older: type | None = None) -> dict[str, Any]:
    """The parameters of a request, typed as declared by `params`, a dictionary of `stripe.params`.

    `older` declares further parameters, accepted from clients of an older API version.
    Raises ApiError, which names the parameter: `parameter_unknown`, `parameter_missing`,
    `parameter_invalid_integer`, `parameter_invalid_empty` or a plain `invalid_request_error`.
    """
    fields = {**fields_of(params), **(fields_of(older) if older else {})}
    read: dict[str, Any] = {}
    for name, value in form.items():
        where = f"{at}[{name}]" if at else name
        if name not in fields:
            raise invalid(f"Received unknown parameter: {where}", param=where, code="parameter_unknown")
        read[name] = _read(value, fields[name].hint, where)
    for name, field in fields.items():
        if field.required and name not in form:
            where = f"{at}[{name}]" if at else name
            raise invalid(f"Missing required param: {where}.", param=where, code="parameter_missing")
    return read


def _read(value: FormValue, hint: Any, where: str) -> Any:
    arms = [arm for arm in branches(hint) if arm is not NoneType]
    fitting = [arm for arm in arms if _nested(arm) == isinstance(value, dict)] or arms
    fault: ApiError | None = None
    for arm in fitting:
        try:
            return _read_one(value, arm, where)
        except ApiError as refused:
            fault = refused if fault is None or len(fitting) > 1 else fault
    raise fault or invalid(f"Invalid value for {where}", param=where)


def _read_one(value: FormValue, hint: Any, where: str) -> Any:
    origin = get_origin(hint) or hint
    if is_typeddict(origin):
        return read_params(_as_dict(value, where), origin, at=where)
    if origin is list:
        return _read_list(value, get_args(hint)[0], where)
    if origin in (dict, UntypedStripeObject):
        item = get_args(hint)[-1] if get_args(hint) else str
        texts = _as_dict(value, where).items()
        return {k: _read_text(v, item, f"{where}[{k}]") for k, v in texts}
    if origin is Literal:
        return _read_literal(value, get_args(hint), where)
    if value == "" and hint is not Any:
        raise invalid(
            f"You passed an empty string for '{where}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{where}' cannot be unset. You should remove '{where}' "
            "from your request or supply a non-empty value.",
            param=where,
            code="parameter_invalid_empty",
        )
    return _read_text(value, hint, where)


def _read_list(value: FormValue, item: Any, where: str) -> list[Any]:
    if value == "":
        return []
    if not isinstance(value, dict) or not all(key.isdigit() for key in value):
        raise invalid("Invalid array", param=where)
    ordered = sorted(value.items(), key=lambda entry: int(entry[0]))
    return [_read(entry, item, f"{where}[{index}]") for index, entry in ordered]


def _read_literal(value: FormValue, options: tuple[Any, ...], where: str) -> str:
    if value in options:
        return str(value)
    listed = [str(option) for option in options if option != ""]
    choices = ", ".join(listed[:-1]) + f", or {listed[-1]}" if len(listed) > 1 else "".join(listed)
    raise invalid(f"Invalid {where}: must be one of {choices}", param=where)


def _read_text(value: FormValue, hint: Any, where: str) -> Any:
    if isinstance(value, dict):
        raise invalid(f"Invalid string: {value}", param=where)
    if hint is str or hint is Any:
        return value
    reader = _READERS.get(hint)
    if reader is None:
        raise TypeError(f"the checker does not know the type {hint!r} of {where}")
    return reader(value, where)


def _integer(value: str, where: str) -> int:
    if not _INTEGER.fullmatch(value):
        raise invalid(f"Invalid integer: {value}", param=where, code="parameter_invalid_integer")
    return int(value)


def _boolean(value: str, where: str) -> bool:
    if value not in ("true", "false"):
        raise invalid(f"Invalid boolean: {value}", param=where)
    return value == "true"


def _decimal(value: str, where: str) -> Decimal:
    if not _DECIMAL.fullmatch(value):
        raise invalid(f"Invalid decimal: {value}", param=where)
    return Decimal(value)


_READERS: dict[Any, Callable[[str, str], Any]] = {
    int: _integer,
    bool: _boolean,
    Decimal: _decimal,
    float: _decimal,
}


def _as_dict(value: FormValue, where: str) -> Form:
    if not isinstance(value, dict):
        raise invalid("Invalid object", param=where)
    return value


def _nested(hint: Any) -> bool:
    origin = get_origin(hint) or hint
    return is_typeddict(origin) or origin in (list, dict, UntypedStripeObject)

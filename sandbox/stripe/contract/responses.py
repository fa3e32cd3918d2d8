"""Checks responses: the parts of a JSON value that violate the official resource classes."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib import import_module
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from stripe._list_object import ListObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._stripe_object import StripeObject, UntypedStripeObject

from sandbox.stripe.contract.hints import branches, fields_of

_PLAIN: dict[Any, tuple[type, ...]] = {
    str: (str,),
    int: (int,),
    float: (int, float),
    bool: (bool,),
    NoneType: (NoneType,),
    Decimal: (str,),
}


def object_violations(value: dict[str, Any]) -> list[str]:
    """The violations in an object, whose field `object` names its kind; empty for a valid object.

    An event is checked together with the object in its data. A payment page is not checked, because the
    `stripe` library has no such object: only Stripe's command-line tool requests one.
    """
    kind = value.get("object")
    if kind == "list":
        listed = value.get("data", [])
        inner = [problem for item in listed for problem in object_violations(item)]
        return _of_list(value, Any, "list") + inner
    if kind not in OBJECT_CLASSES:
        return [] if kind == "payment_page" else [f"object: {kind!r} is not a known kind"]
    problems = violations(value, _resource(kind), kind)
    if kind == "event" and isinstance(value.get("data"), dict):
        problems += object_violations(value["data"].get("object", {}))
    return problems


def violations(value: Any, hint: Any, path: str) -> list[str]:
    """One line for each part of `value` that violates the type `hint`, with the path of the part."""
    arms = branches(hint)
    if len(arms) > 1:
        return _of_union(value, arms, path)
    hint = arms[0]
    if hint is Any or hint is object:
        return []
    if hint in _PLAIN:
        right = isinstance(value, _PLAIN[hint]) and (hint is bool or not isinstance(value, bool))
        return [] if right else [f"{path}: {value!r} is not {_named(hint)}"]
    return _of_generic(value, hint, path)


def _of_generic(value: Any, hint: Any, path: str) -> list[str]:
    origin = get_origin(hint) or hint
    arguments = get_args(hint) or (Any,)
    if origin is Literal:
        return [] if value in arguments else [f"{path}: {value!r} is none of {list(arguments)}"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{path}: {value!r} is not a list"]
        indexed = enumerate(value)
        return [p for i, v in indexed for p in violations(v, arguments[0], f"{path}[{i}]")]
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is not an object"]
    if origin is ListObject:
        return _of_list(value, arguments[0], path)
    if origin in (dict, UntypedStripeObject):
        entries = value.items()
        return [p for k, v in entries for p in violations(v, arguments[-1], f"{path}.{k}")]
    if isinstance(origin, type) and issubclass(origin, StripeObject):
        return _of_object(value, origin, path)
    return [f"{path}: the checker does not know the type {hint!r}"]


def _of_object(value: dict[str, Any], cls: type, path: str) -> list[str]:
    fields = fields_of(cls)
    problems = [f"{path}.{name}: unknown field" for name in value if name not in fields]
    for name, field in fields.items():
        if value.get(name) is not None:
            problems += violations(value[name], field.hint, f"{path}.{name}")
        elif field.required:
            problems.append(f"{path}.{name}: required, but {'null' if name in value else 'missing'}")
    return problems


def _of_list(value: dict[str, Any], item: Any, path: str) -> list[str]:
    problems = [f"{path}.{name}: unknown field" for name in value if name not in ("object", "data", "has_more", "url")]
    problems += violations(value.get("object"), Literal["list"], f"{path}.object")
    problems += violations(value.get("has_more"), bool, f"{path}.has_more")
    problems += violations(value.get("url"), str, f"{path}.url")
    return problems + violations(value.get("data"), list[item], f"{path}.data")


def _of_union(value: Any, arms: tuple[Any, ...], path: str) -> list[str]:
    fewest: list[str] | None = None
    for arm in arms:
        problems = violations(value, arm, path)
        if not problems:
            return []
        likely = arm is not NoneType and (isinstance(value, dict) == _holds_fields(arm))
        if likely and (fewest is None or len(problems) < len(fewest)):
            fewest = problems
    return fewest or [f"{path}: {value!r} is none of {', '.join(_named(arm) for arm in arms)}"]


def _holds_fields(hint: Any) -> bool:
    origin = get_origin(hint) or hint
    return origin is dict or (isinstance(origin, type) and issubclass(origin, StripeObject))


def _named(hint: Any) -> str:
    return getattr(hint, "__name__", str(hint))


@cache
def _resource(kind: str) -> type:
    module, name = OBJECT_CLASSES[kind]
    cls: type = getattr(import_module(module), name)
    return cls

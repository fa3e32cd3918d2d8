"""The declared types of the official library, field by field. Only this module reads annotations.

A field's type is resolved at its first use, so that only the needed modules of the library
(it has hundreds) are imported.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from stripe._request_options import RequestOptions
from typing_extensions import is_typeddict

_FIRST_CLASS = re.compile(r"\n(?=class |@)")


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field of a params dictionary or of a resource class."""

    owner: type
    name: str
    required: bool

    @property
    def hint(self) -> Any:
        return _hint(self.owner, self.name)


@cache
def fields_of(owner: type) -> Mapping[str, Field]:
    """The fields that the class `owner` declares. A nullable field of a resource counts as optional."""
    required: frozenset[str] = getattr(owner, "__required_keys__", frozenset())
    typed_dict = is_typeddict(owner)
    fields: dict[str, Field] = {}
    for name, annotation in inspect.get_annotations(owner).items():
        if name.startswith("_") or name.isupper() or (typed_dict and name in RequestOptions.__annotations__):
            continue
        needed = name in required if typed_dict else NoneType not in get_args(annotation)
        fields[name] = Field(owner, name, needed)
    return fields


@cache
def branches(hint: Any) -> tuple[Any, ...]:
    """The alternatives of a union; `str` beside a `Literal` is left out, so that only the listed texts are valid."""
    if get_origin(hint) not in (Union, UnionType):
        return (hint,)
    arms = [arm for part in get_args(hint) for arm in branches(part)]
    listed = any(get_origin(arm) is Literal and set(get_args(arm)) != {""} for arm in arms)
    return tuple(arm for arm in arms if not (listed and arm is str))


@cache
def _hint(owner: type, name: str) -> Any:
    annotation = inspect.get_annotations(owner)[name]
    holder = type("_", (), {"__annotations__": {name: annotation}, "__module__": owner.__module__})
    return get_type_hints(holder, localns=_Names(owner.__module__))[name]


class _Names(dict[str, Any]):
    """A module's names, including the names that the module imports for type checkers only."""

    def __init__(self, module: str) -> None:
        super().__init__(vars(sys.modules[module]))
        self._deferred = _type_checking_imports(module)

    def __missing__(self, name: str) -> Any:
        module, attribute = self._deferred[name]
        return getattr(import_module(module), attribute)


@cache
def _type_checking_imports(module: str) -> Mapping[str, tuple[str, str]]:
    source = _FIRST_CLASS.split(inspect.getsource(sys.modules[module]), maxsplit=1)[0]
    return {
        alias.asname or alias.name: (statement.module, alias.name)
        for block in ast.parse(source).body
        if isinstance(block, ast.If)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom) and statement.module
        for alias in statement.names
    }

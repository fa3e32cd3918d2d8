"""Responses that are derived from contract classes, and the one encoder of them.

Money becomes text in major units with its currency beside it, an actor becomes a person, an enum becomes its text.
"""

import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import Field

from contracts.values import Actor, Money

T = TypeVar("T")
Json = dict[str, Any]
Encode = Callable[[Any, str], Any]

STAFF = "staff"
_MONEY_KEYS, _ACTOR_KEYS = {"amount", "currency"}, {"kind", "id"}


@dataclass(frozen=True)
class NamedActor(Actor):
    """An actor with the present display name of the account."""

    name: str | None = None


_views: dict[type, type["View[Any]"]] = {}


class View(Generic[T]):
    """A response with the fields of the contract class `T` and the fields that the class body declares.

    `drop` lists the fields of `T` that the response leaves out. `only` lists the fields of `T` that the response has;
    at most one of the two is given. `rename` maps names of fields in `T` to names in the response. The fields in
    `staff_only` are null for guests. `currency=False` omits the currency. `examples` maps names of fields to examples.
    """

    _names: ClassVar[tuple[str, ...]]
    _read: ClassVar[Callable[[Any], tuple[Any, ...]]]
    _encodes: ClassVar[tuple[tuple[str, Encode], ...]]
    _money: ClassVar[str] = ""
    _staff_only: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(
        cls,
        *,
        only: tuple[str, ...] = (),
        drop: tuple[str, ...] = (),
        rename: Mapping[str, str] = types.MappingProxyType({}),
        staff_only: tuple[str, ...] = (),
        currency: bool = True,
        examples: Mapping[str, Any] = types.MappingProxyType({}),
    ) -> None:
        super().__init_subclass__()
        added = dict(inspect.get_annotations(cls))
        bases = cls.__dict__.get("__orig_bases__", ())
        source = next((get_args(base)[0] for base in bases if get_origin(base) is View), None)
        if source is not None:
            left_out = {*drop, *added} if not only else {each.name for each in fields(source) if each.name not in only}
            added = {**cls._derive(source, left_out, rename, currency=currency), **added}
            _views.setdefault(source, cls)
        cls._staff_only = cls._staff_only + staff_only
        for name in staff_only:
            added[name] |= None
        for name, example in examples.items():
            added[name] = Annotated[added[name], Field(examples=[example])]
        cls.__annotations__ = added
        dataclass(frozen=True, kw_only=True)(cls)

    @classmethod
    def _derive(cls, source: type, left_out: set[str], rename: Mapping[str, str], *, currency: bool) -> dict[str, Any]:
        hints, derived, encodes, paths = get_type_hints(source), {}, [], []
        for each in fields(source):
            if each.name in left_out:
                continue
            name = rename.get(each.name, each.name)
            derived[name], encode = _form(hints[each.name])
            paths.append((name, each.name))
            if encode:
                encodes.append((name, encode))
            if encode in (_text, _text_or_none) and currency and not cls._money and "currency" not in hints:
                cls._money, derived["currency"] = name, str
        cls._names = tuple(name for name, _ in paths)
        read = attrgetter(*(path for _, path in paths))
        cls._read = staticmethod(read if len(paths) > 1 else lambda value: (read(value),))
        cls._encodes = tuple(encodes)
        return derived

    @classmethod
    def of(cls, value: T, *, reader: str = STAFF, **more: Any) -> Json:
        """The JSON object as callers of the kind `reader` see it.

        `more` has the values of the fields that the view class declares itself.
        """
        body: Json = dict(zip(cls._names, cls._read(value), strict=True))
        if cls._money:
            body["currency"] = body[cls._money].currency
        for name, encode in cls._encodes:
            body[name] = encode(body[name], reader)
        if reader != STAFF:
            body.update(dict.fromkeys(cls._staff_only))
        return {**body, **more}


def view(source: type[T]) -> type[View[T]]:
    """The first view declared for `source`, else a view of all its fields. If `source` is a view, returns `source`."""
    if issubclass(source, View):
        return source
    if source not in _views:
        types.new_class(source.__name__, (View[source],), exec_body=lambda body: body.update(__doc__=source.__doc__))  # type: ignore[valid-type]
    return _views[source]


def event_data(value: Json, names: Mapping[str, str] | None) -> Json:
    """The data of a published event, with money as text, and actors with their names in `names`, by id.

    For guests, `names` is None, and the ids and names of actors are null.
    """
    return {name: _event_value(each, names) for name, each in value.items()}


def staff_in(data: Json) -> Iterator[str]:
    """The ids of the staff in the data of a published event."""
    return (each["id"] for each in data.values() if _is_actor(each) and each["id"])


def _is_actor(value: Any) -> bool:
    """Whether a value is an actor. Events of an earlier version have a name, which is ignored."""
    return isinstance(value, dict) and value.keys() - {"name"} == _ACTOR_KEYS


def _event_value(value: Any, names: Mapping[str, str] | None) -> Any:
    if not isinstance(value, dict):
        return value
    if value.keys() == _MONEY_KEYS and isinstance(value["amount"], int):
        return {"amount": Money(value["amount"], value["currency"]).text, "currency": value["currency"]}
    if _is_actor(value):
        if names is None:
            return {"kind": value["kind"], "id": None, "name": None}
        return {"kind": value["kind"], "id": value["id"], "name": names.get(value["id"])}
    return value


def _form(hint: Any) -> tuple[Any, Encode | None]:
    """The type that a field has in a response, and the encoder of its values; None where no encoder is needed."""
    arguments = get_args(hint)
    if get_origin(hint) in (Union, types.UnionType) and type(None) in arguments:
        [inner] = [each for each in arguments if each is not type(None)]
        form, encode = _form(inner)
        return form | None, encode and _optional(encode)
    if get_origin(hint) is tuple and arguments[1:] == (...,):
        form, encode = _form(arguments[0])
        return tuple[form, ...], encode and _each(encode)  # type: ignore[valid-type]
    if hint is Money:
        return str, _text
    if hint is Actor:
        return Person, _person
    if isinstance(hint, type) and issubclass(hint, Enum):
        return str, None
    if is_dataclass(hint):
        shape: type[View[Any]] = view(hint)  # type: ignore[arg-type]
        return shape, lambda value, reader: shape.of(value, reader=reader)
    return hint, None


def _text(value: Money, _: str) -> str:
    return value.text


def _text_or_none(value: Money | None, _: str) -> str | None:
    return None if value is None else value.text


def _optional(encode: Encode) -> Encode:
    if encode is _text:
        return _text_or_none
    return lambda value, reader: None if value is None else encode(value, reader)


def _each(encode: Encode) -> Encode:
    return lambda values, reader: [encode(value, reader) for value in values]


def name_of(actor: Actor) -> str | None:
    """The name of an actor in a reply to staff; None for an actor who is not staff, and in a reply to guests."""
    return actor.name if isinstance(actor, NamedActor) else None


def _person(value: Actor, reader: str) -> Json:
    if reader != STAFF:
        return {"kind": value.kind, "id": None, "name": None}
    return {"kind": value.kind, "id": value.id, "name": name_of(value)}


class Person(View[Actor]):
    """The actor of a change. `id` and `name` are null in responses to guests, and for an actor who is not staff."""

    name: str | None

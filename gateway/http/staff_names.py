"""Adds the names of staff to a reply: services have the ids alone, and the accounts have the names."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from contracts.values import Actor, ActorKind
from gateway.http.views import NamedActor

Reply = TypeVar("Reply")


async def with_names(reply: Reply, names_of: Callable[[Collection[str]], Awaitable[Mapping[str, str]]]) -> Reply:
    """The reply, in which each actor of staff whose name is known is a `NamedActor`."""
    ids = set(_ids(reply))
    names = await names_of(ids) if ids else {}
    named: Reply = _named(reply, names) if names else reply
    return named


def _ids(value: Any) -> Iterator[str]:
    """The ids of the staff in a reply, in its parts and in their parts."""
    if isinstance(value, Actor):
        if value.kind is ActorKind.STAFF and value.id:
            yield value.id
    elif isinstance(value, tuple):
        for each in value:
            yield from _ids(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for name in _with_actors(type(value)):
            yield from _ids(getattr(value, name))


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Actor):
        return NamedActor(value.kind, value.id, names.get(value.id or ""))
    if isinstance(value, tuple):
        return tuple(_named(each, names) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {name: _named(getattr(value, name), names) for name in _with_actors(type(value))}
        return replace(value, **changed) if changed else value
    return value


@cache
def _with_actors(kind: type) -> tuple[str, ...]:
    """The fields of a dataclass in which there can be an actor."""
    hints = get_type_hints(kind)
    return tuple(each.name for each in fields(kind) if _holds_actor(hints[each.name]))


def _holds_actor(hint: Any) -> bool:
    if hint is Actor or any(map(_holds_actor, get_args(hint))):
        return True
    return isinstance(hint, type) and is_dataclass(hint) and bool(_with_actors(hint))

"""Adds the names of staff to a reply: audit rows hold the ids alone, and the accounts hold the names."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from contracts.values import Actor, ActorKind
from gateway.http.request import ApiRequest


async def ask_with_names(request: ApiRequest, message: Any) -> Any:
    """Ask a service; returns the reply with the present name of each member of staff whom the reply names by the id."""
    reply = await request.ask(message)
    ids = set(_nameless(reply))
    names = await request.app_state.accounts.names(request.hotel, ids) if ids else {}
    return _named(reply, names) if names else reply


def _nameless(value: Any) -> Iterator[str]:
    """The ids of the members of staff in a reply, in its parts and in their parts, whose name is not there."""
    if isinstance(value, Actor):
        if value.kind is ActorKind.STAFF and value.id and value.name is None:
            yield value.id
    elif isinstance(value, tuple):
        for each in value:
            yield from _nameless(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _nameless(getattr(value, field.name))


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Actor):
        return replace(value, name=value.name or names.get(value.id or ""))
    if isinstance(value, tuple):
        return tuple(_named(each, names) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _named(getattr(value, each.name), names) for each in fields(value)})
    return value

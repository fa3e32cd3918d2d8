"""Notices: mails with their subjects and templates, realtime channels and events."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.surface.schemas import Schema, lines, resolved
from tests.surface.source import Line, nodes, text


def mails(rows: Iterable[Any]) -> Iterator[Line]:
    """The occasions of mails, the event that each follows, and its subject."""
    for row in rows:
        yield f"mail {row.occasion}", f"after {row.event.wire_name}"
        yield f"mail {row.occasion}", f"subject {row.subject}"


def subjects(modules: Iterable[tuple[str, ast.Module]]) -> Iterator[Line]:
    """The subjects of mails that follow no event."""
    for _, tree in modules:
        for node in nodes(tree):
            match node:
                case ast.Assign(targets=[ast.Name(id="subject")], value=ast.JoinedStr() as subject):
                    yield "mail", f"subject {text(subject)}"


def templates(folder: Path) -> Iterator[Line]:
    """The files that mails are written from."""
    yield from (("templates", str(path.relative_to(folder))) for path in folder.rglob("*.*"))


def channels(grammar: Mapping[Any, str], legacy: Mapping[Any, Iterable[str]]) -> Iterator[Line]:
    """The names of channels by kind, and what old clients call them."""
    yield from ((f"channel {kind}", f"named {name}") for kind, name in grammar.items())
    yield from ((f"channel {kind}", f"also {name}") for kind, others in legacy.items() for name in others)


def pushes(pushed: Iterable[tuple[str, Any]]) -> Iterator[Line]:
    """Which event on the bus each realtime event follows, and what old clients call it."""
    for cause, event in pushed:
        yield f"push {event.name}", f"after {cause}"
        yield from ((f"push {event.name}", f"also {alias}") for alias in event.aliases)


def realtime(document: Schema) -> Iterator[Line]:
    """The realtime channels of the AsyncAPI document, their events, and the fields of each."""
    for channel in document["channels"].values():
        if {"$ref": "#/servers/pusher"} in channel["servers"]:
            for reference in channel["messages"].values():
                message = resolved(reference, document)
                yield f"push {message['name']}", f"on {channel['address']}"
                yield from ((f"push {message['name']}", line) for line in lines(message["payload"], document))

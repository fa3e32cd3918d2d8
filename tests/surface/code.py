"""All that this tier imports from the code, in one place: what is moved or renamed is changed here and nowhere else."""

import ast
import importlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pydantic_settings import BaseSettings

from tests.surface.metrics import EmptyDatabase
from tests.surface.source import calls, files

SERVICES = ("bookings", "payments", "rooms", "notifier")


@cache
def document(path: str) -> Any:
    """A document that is made from the code, by the path that `make docs` writes it to."""
    from docs.generate import MADE

    return json.loads(MADE[path]())


def service(name: str) -> Any:
    return importlib.import_module(f"services.{name}.service").SERVICE


def events() -> Mapping[str, Any]:
    from contracts.catalogue import events

    return events()


def messages() -> Iterator[tuple[str, Any]]:
    """Every type on the bus by its wire name; the reply to an ask by the ask's."""
    from contracts.catalogue import asks
    from contracts.message import Command, Envelope, reply_type
    from contracts.values import Context

    yield from events().items()
    for name, ask in asks().items():
        yield f"{name} ({'command' if issubclass(ask, Command) else 'query'})", ask
        yield f"{name} reply", reply_type(ask)
    yield from (("envelope of an event", Envelope), ("context of an ask", Context))


def log_names() -> tuple[Mapping[str, Any], Any, Any]:
    from contracts.log_names import log_name
    from contracts.values import Actor, ActorKind

    return events(), log_name, Actor(kind=ActorKind.STAFF, id="1")


def settings() -> Iterator[tuple[str, type[BaseSettings]]]:
    """The settings of each deployable; those of `chassis` are every process's, the relay's too."""
    for deployable, path, tree in files("chassis", "gateway", "services"):
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Settings"):
                kind = getattr(importlib.import_module(".".join(path.with_suffix("").parts)), node.name)
                if issubclass(kind, BaseSettings):
                    yield deployable, kind


def declare() -> Callable[[Any], None]:
    from chassis.messaging.migrate import declare
    from chassis.messaging.topology import topology

    return lambda channel: declare(channel, topology())


def permissions() -> Iterator[tuple[str, Mapping[str, str]]]:
    """The permissions of each user of the broker."""
    from chassis.messaging.permissions import permissions
    from chassis.messaging.topology import USERS

    yield from ((user, asdict(permissions(user))) for user in USERS)


def bodies() -> dict[str, bytes]:
    """The bodies of asks and replies."""
    from chassis.messaging import ask_protocol
    from chassis.refusal import Refusal, Unavailable

    return {
        "ask": ask_protocol.ask_body({}, {}),
        "reply": ask_protocol.reply_body("done"),
        "refusal": ask_protocol.error_body(Refusal("CODE", "why")),
        "outage": ask_protocol.error_body(Unavailable("why")),
    }


def metrics() -> str:
    """What `/metrics` answers after one request, with services that have nothing to count."""
    from chassis.messaging.inbox_progress import inbox_metrics
    from chassis.observability.metrics import service_metrics
    from contracts.operations import Metrics, ReadMetrics
    from contracts.values import Context
    from tests.unit.gateway.fakes import Gateway

    values = list[Any]()
    connection: Any = EmptyDatabase()
    counting_nothing = SimpleNamespace(plans=Counter[str]())
    now = datetime.now(UTC)
    for name in SERVICES:
        kinds = [job.kind for job in jobs(name)]
        values += service_metrics(connection, Counter(), kinds=kinds, now=now)
        values += inbox_metrics((), now)
        work = service(name).work(lambda: connection, now=now, context=Context(), dependencies=counting_nothing)
        values += service(name).metrics(work)
    gateway = Gateway(mode="demo")
    gateway.bus.answers(ReadMetrics, Metrics(service="any", instance="host:1", metrics=tuple(values)))
    gateway.get("/livez")
    text = str(gateway.get("/metrics").text)
    gateway.close()
    return text


def jobs(name: str) -> list[Any]:
    """The job handlers of a service: the objects with a kind and a payload."""
    groups = [group for group in vars(service(name)).values() if isinstance(group, Sequence)]
    return [job for group in groups for job in group if hasattr(job, "kind") and hasattr(job, "payload")]


def mails() -> Iterable[Any]:
    from services.notifier.domain.mails import MAILS

    return MAILS.values()


def templates() -> Path:
    from services.notifier.mailer.renderer import TEMPLATES

    return TEMPLATES


def channels() -> tuple[Mapping[Any, str], Mapping[Any, Iterable[str]]]:
    from services.notifier.channels import GRAMMAR, LEGACY

    return GRAMMAR, LEGACY


def pushes() -> Iterator[tuple[str, Any]]:
    """Each realtime event with the wire name of the event that it follows."""
    from services.notifier.domain.pushes import PUSHES
    from services.notifier.domain.realtime_events import STATUS_CHANGED

    yield from ((rule.event.wire_name, each) for rule in PUSHES.values() for each in rule.realtime_events)
    yield "every change of a booking's status", STATUS_CHANGED


def stored_json() -> Iterator[tuple[str, Any]]:
    """The types that columns hold as JSON: those of typed columns, and those that `typed(row.column, Type)` reads."""
    from services.bookings.store.tables import METADATA

    for column in (column for table in METADATA.tables.values() for column in table.columns):
        if hasattr(column.type, "kind"):
            yield f"services.bookings JSON in {column}", column.type.kind
    for deployable, path, tree in files(*(f"services/{name}/store" for name in SERVICES)):
        for call in calls(tree):
            match call:
                case ast.Call(func=ast.Attribute(attr="typed"), args=[ast.Attribute(attr=name), ast.Name(id=kind)]):
                    module = importlib.import_module(".".join(path.with_suffix("").parts))
                    yield f"{deployable} JSON in {name}", getattr(module, kind)


def migrations() -> Iterator[tuple[str, Path]]:
    from chassis.transactions.migrate import migrations_of

    yield from ((name, migrations_of(name)) for name in (*SERVICES, "gateway"))


def cli() -> Any:
    import typer

    from hotelmate.main import commands

    return typer.main.get_command(commands())


def run_cli(arguments: Sequence[str]) -> None:
    """Run a command as from a shell."""
    from hotelmate.main import app

    app(arguments)

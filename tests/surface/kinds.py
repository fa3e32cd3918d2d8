"""The kinds of surface: each is a set of lines, collected from the code as it is now."""

import os
from collections.abc import Callable, Iterator
from itertools import chain, starmap
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.surface import broker, cli, code, http, logs, messages, metrics, notices, settings, start, stored
from tests.surface.source import ROOT, Line, modules

PRODUCT = ("chassis", "contracts", "gateway", "hotelmate", "services")
ALL = (*PRODUCT, "sandbox")
BUILD_FILES = ("Dockerfile", "docker-compose.yml", "Makefile", "README.md", ".ci", "bin", "deploy", "docs")


def openapi() -> Iterator[Line]:
    return http.openapi(code.document("docs/openapi.json"))


def headers() -> Iterator[Line]:
    return http.headers(modules("gateway"))


def bus_messages() -> Iterator[Line]:
    return messages.fields(dict(code.messages()))


def environment() -> Iterator[Line]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if settings.VARIABLE.fullmatch(name)]:
            patch.delenv(name)
        yield from settings.settings(code.settings())
    yield from settings.environment(modules(*ALL, "deploy"))
    yield from settings.compose((ROOT / "docker-compose.yml").read_text("utf-8"))
    yield from settings.example((ROOT / ".env.example").read_text("utf-8"))


def metric_names() -> Iterator[Line]:
    return metrics.exposed(code.metrics())


def log_lines() -> Iterator[Line]:
    return chain(logs.written(modules(*PRODUCT)), logs.of_events(*code.log_names()))


def topology() -> Iterator[Line]:
    wires = broker.names(modules("chassis", "gateway", "hotelmate"))
    users = broker.permissions(code.permissions())
    return chain(broker.topology(code.declare()), users, wires, broker.members(code.bodies()))


def command_line() -> Iterator[Line]:
    yield from cli.commands(code.cli())
    yield from cli.json_shapes(modules("hotelmate"))
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as empty:
        patch.chdir(empty)
        for name, value in cli.NOWHERE.items():
            patch.setenv(name, value)
        yield from cli.exit_codes(code.run_cli)


def programs() -> Iterator[Line]:
    documents = {str(path.relative_to(ROOT)): path.read_text("utf-8") for name in BUILD_FILES for path in _files(name)}
    yield from start.programs(documents)
    yield from start.commands(modules("sandbox"))
    yield from cli.options_of_programs(modules(*ALL))


def stack() -> Iterator[Line]:
    return start.stack(modules("sandbox"))


def stored_names() -> Iterator[Line]:
    for name in code.SERVICES:
        yield from stored.jobs(name, code.jobs(name))
    yield from messages.fields(dict(code.stored_json()))
    yield from stored.enums(modules(*PRODUCT))
    yield from stored.literals(modules("services", "chassis"))


def database_schemas() -> Iterator[Line]:
    return chain.from_iterable(starmap(stored.schema, code.migrations()))


def mails_and_pushes() -> Iterator[Line]:
    lines = notices.pushes(code.pushes()), notices.realtime(code.document("gateway/pages/asyncapi.json"))
    yield from chain(notices.mails(code.mails()), notices.subjects(modules("services/notifier")))
    yield from notices.templates(code.templates())
    yield from chain(notices.channels(*code.channels()), *lines)


KINDS: dict[str, Callable[[], Iterator[Line]]] = {
    "openapi": openapi,
    "http-headers": headers,
    "messages": bus_messages,
    "environment": environment,
    "metrics": metric_names,
    "logs": log_lines,
    "broker": topology,
    "command-line": command_line,
    "programs": programs,
    "stack": stack,
    "stored-names": stored_names,
    "database-schemas": database_schemas,
    "mails-and-pushes": mails_and_pushes,
}


def _files(name: str) -> Iterator[Path]:
    path = ROOT / name
    return (
        each
        for each in ([path] if path.is_file() else sorted(path.rglob("*")))
        if each.is_file() and each.suffix not in {".png", ".pyc"}
    )

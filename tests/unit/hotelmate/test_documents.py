"""Commands, options, targets, modules, services and log events in the documents exist."""

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from hotelmate.main import commands

ROOT = Path(__file__).resolve().parents[3]
OPERATIONS = ROOT / "docs" / "operations.md"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "adr").glob("*.md"))]
SOURCES = ("chassis", "services", "gateway")
TEXT = "\n".join(document.read_text("utf-8") for document in DOCUMENTS)

# In a span of code or on a line of a block; what a pipe, a comment or another command begins ends it.
TYPED = re.compile(r"(?:(?<=`)(?:bin/)?hotelmate|^(?:bin/)?hotelmate|\brun [^\n`]*?\bcli)\s+([^`#|;\n]*)", re.MULTILINE)


def commands_in(text: str) -> Iterator[list[str]]:
    """The arguments of every `hotelmate …` in a text."""
    for arguments in TYPED.findall(text):
        yield shlex.split(arguments.split(" < ")[0])


def what_is_wrong(arguments: list[str]) -> str:
    """Which word is no command or option; empty where all are."""
    here: Any = typer.main.get_command(commands())
    rest = list(arguments)
    while hasattr(here, "commands") and rest and not rest[0].startswith("-"):
        command = here.commands.get(rest[0])
        if command is None:
            return rest[0]
        here, rest = command, rest[1:]
    known = {name for parameter in here.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return next((word for word in rest if word.startswith("--") and word not in known | {"--help"}), "")


def test_every_documented_command_exists() -> None:
    documented = list(commands_in(TEXT))

    assert len(documented) > 60
    assert [" ".join(arguments) for arguments in documented if what_is_wrong(arguments)] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("`hotelmate dockter`", "dockter"),
        ("bin/hotelmate doctor --jason   # why", "--jason"),
        ("docker compose run --rm cli outbox --again 2d", "--again"),
        ("`bin/hotelmate dlq drop notifier 1f3c`", ""),
    ],
)
def test_an_unknown_documented_command_is_found(text: str, wrong: str) -> None:
    [arguments] = commands_in(text)

    assert what_is_wrong(arguments) == wrong


def test_every_documented_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    documented = set(re.findall(r"(?:`|^)make ([a-z]+)", TEXT, re.MULTILINE))

    assert documented
    assert documented - targets == set()


def test_every_documented_module_can_be_run() -> None:
    documented = set(re.findall(r"python -m ([\w.]+)", TEXT))

    assert {"chassis.transactions.migrate", "gateway"} <= documented
    assert [name for name in documented if importlib.util.find_spec(name) is None] == []


def test_every_documented_service_of_compose_exists() -> None:
    services = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"])
    verbs = "run|up|exec|restart|stop|logs"
    plain = re.findall(rf"docker compose (?:{verbs})((?: --?[\w-]+(?:[= ](?:\w+=\d|\./\S+|sh))?)*) ([a-z]+)", TEXT)

    documented = {name for _, name in plain} | set(re.findall(r"--scale (\w+)=", TEXT))

    assert {"cli", "migrate", "postgres", "bookings"} <= documented
    assert documented - services == set()


def test_every_documented_log_event_is_logged() -> None:
    logged = "\n".join(path.read_text("utf-8") for name in SOURCES for path in (ROOT / name).rglob("*.py"))
    table = OPERATIONS.read_text("utf-8").partition("Failures have log events of their own:")[2]

    documented = re.findall(r"`([a-z]+_[a-z_]+)`", "\n".join(re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)))

    assert len(documented) > 10
    assert [name for name in documented if f'"{name}"' not in logged] == []

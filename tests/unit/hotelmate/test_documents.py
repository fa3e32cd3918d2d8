"""Commands, options, targets, paths, modules, messages, services and log events in the documents exist."""

import fnmatch
import importlib.util
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from chassis.messaging import topology
from contracts.catalogue import ASKED, asks, events
from hotelmate.main import commands

ROOT = Path(__file__).resolve().parents[3]
OPERATIONS, PROCESSES = ROOT / "docs" / "operations.md", ROOT / "docs" / "processes.md"
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = ("chassis", "services", "gateway")
FOLDERS = ("bin", "chassis", "contracts", "deploy", "docs", "gateway", "hotelmate", "sandbox", "services", "tests")
NAME = re.compile(rf"(?:{'|'.join(FOLDERS)})(?:/[\w./<>-]*|(?:\.\w+)+)|[\w./<>-]+\.(?:py|md)")
MADE_BY_A_RECIPE = {
    "contracts/rooms/packages.py", "services/rooms/domain/packages.py", "services/rooms/store/packages.py",
    "services/rooms/migrations/versions/NNNN_packages.py", "tests/interface/rooms/test_packages.py",
    "services/bookings/migrations/versions/NNNN_travel_purpose.py",
}  # fmt: skip

# The wire names of messages and the exchanges of asks look like modules of a folder: `gateway.asks`.
ON_THE_BUS = frozenset({*asks(), *(topology.asks(service) for service in ASKED)})

# The first cell of a row of the changelog's table is the name before.
FORMER = re.compile(r"^\| .*? \| ", re.MULTILINE)


def text_of(document: Path) -> str:
    text = document.read_text("utf-8")
    return FORMER.sub("| ", text) if document.name == "CHANGELOG.md" else text


TEXT = "\n".join(text_of(document) for document in DOCUMENTS)

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


def names_in(text: str) -> Iterator[str]:
    """The names of files, folders and modules of this repository in a text: in spans of code, and in links."""
    yield from re.findall(r"\]\((?!https?:)(?:\.\./)*([^)#\s]+)", text)
    for span in re.findall(r"`([^`\n]+)`", text):
        words = [word.rstrip(".,;:") for word in span.split()]
        yield from (word for word in words if NAME.fullmatch(word) and word not in MADE_BY_A_RECIPE | ON_THE_BUS)


def exists(name: str) -> bool:
    """Whether a path of the repository ends so, where `<…>` stands for any name, or a module defines the name."""
    path = re.sub(r"<\w+>", "*", name.rstrip("/"))
    module_path = name.replace(".", "/")
    if {path, module_path, f"{module_path}.py"} & endings():
        return True
    if "*" in path:
        return bool(fnmatch.filter(endings(), path))
    module, _, member = name.rpartition(".")
    file = ROOT / f"{module.replace('.', '/')}.py"
    return file.is_file() and bool(re.search(rf"^(?:class |def )?{member}\b", file.read_text("utf-8"), re.MULTILINE))


@cache
def endings() -> frozenset[str]:
    """Each path of the repository, from its root and from each folder on the way."""
    files = [path for name in FOLDERS for path in (ROOT / name).rglob("*") if "__pycache__" not in path.parts]
    parts = [path.relative_to(ROOT).parts for path in (*ROOT.iterdir(), *files)]
    return frozenset("/".join(path[start:]) for path in parts for start in range(len(path)))


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
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    lines = re.findall(r"(?:`|^)make ((?:[a-z-]+ ?)+)", TEXT, re.MULTILINE)
    documented = {word for words in lines for word in words.split()}

    assert {"demo", "test-long"} <= documented
    assert documented - targets == set()


def test_every_documented_module_can_be_run() -> None:
    documented = set(re.findall(r"python -m ([\w.]+)", TEXT))

    assert {"chassis.transactions.migrate", "gateway"} <= documented
    assert [name for name in documented if importlib.util.find_spec(name) is None] == []


def test_every_documented_path_exists() -> None:
    documented = [name for document in DOCUMENTS for name in names_in(text_of(document))]

    assert {"services/bookings/lifecycle.py", "contracts.data.Data", "domain/approval.py"} <= set(documented)
    assert [name for name in documented if not exists(name)] == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("the table in `services/bookings/life.py`", ["services/bookings/life.py"]),
        ("`handlers/desk.py` → `work.py`", ["handlers/desk.py"]),
        ("`services/<name>/`, `contracts/bookings/<capability>.py`, `GET /api/staff/`", []),
        ("`contracts.data.Date` and `chassis.relay`", ["contracts.data.Date", "chassis.relay"]),
        ("see [page](docs/none.md) and [other](https://example.org/none.md)", ["docs/none.md"]),
    ],
)
def test_a_documented_path_that_does_not_exist_is_found(text: str, missing: list[str]) -> None:
    assert [name for name in names_in(text) if not exists(name)] == missing


def test_every_message_of_the_documented_processes_exists() -> None:
    messages = {name.split(".")[1] for name in (*events(), *asks())}

    documented = set(re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", PROCESSES.read_text("utf-8")))

    assert len(documented) > 60
    assert documented - messages == set()


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

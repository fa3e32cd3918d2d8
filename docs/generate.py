"""The documents that are made from the code: `make docs` writes them, `--check` says whether they are up to date."""

import argparse
import importlib
import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

from chassis.lifecycle import Lifecycle
from contracts.catalogue import HEARS, OWNERS, events
from gateway.app import build
from gateway.settings import GatewaySettings

FOLDER = Path(__file__).resolve().parent
NOTE = "<!-- Made by `make docs` from the code; do not edit. -->"


def lifecycles() -> str:
    """One table and one picture per lifecycle."""
    parts = ["# Lifecycles", NOTE, "", "What a table leaves out is refused and changes nothing.", ""]
    for owner in OWNERS:
        module = importlib.import_module(f"services.{owner}.lifecycle")
        opening = (module.__doc__ or "").splitlines()[0]
        parts += [f"## {owner}", "", opening, ""]
        for name, table in sorted(vars(module).items(), key=lambda named: named[0] != "LIFECYCLE"):
            if isinstance(table, Lifecycle):
                parts += [] if name == "LIFECYCLE" else [f"### {name.lower()}", ""]
                parts += [*_picture(table), "", *_table(table), ""]
    return "\n".join(parts)


def _picture(table: Lifecycle[Any]) -> Iterable[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    arrows: dict[tuple[str, str], list[str]] = {}
    for status, event, becomes in table:
        if status is not becomes:
            arrows.setdefault((_name(status), _name(becomes)), []).append(event.__name__)
    for (status, becomes), names in arrows.items():
        yield f"    {status} --> {becomes}: {', '.join(dict.fromkeys(names))}"
    yield "```"


def _name(status: StrEnum | None) -> str:
    return "[*]" if status is None else status.value


def _table(table: Lifecycle[Any]) -> Iterable[str]:
    yield "| while | when this happens | it becomes |"
    yield "|---|---|---|"
    for status, event, becomes in table:
        yield f"| {'–' if status is None else f'`{status}`'} | {event.__name__} | `{becomes}` |"


def messages() -> str:
    """Every event: what it says, and who hears it."""
    heard: dict[str, list[str]] = {}
    for owner in OWNERS:
        for door in importlib.import_module(f"services.{owner}.service").SERVICE.hears:
            heard.setdefault(door.event.wire_name, []).append(owner)
    parts = ["# Events", NOTE, ""]
    for owner in OWNERS:
        listeners = ", ".join(f"`{name}.inbox`" for name, owners in HEARS.items() if owner in owners)
        parts += [f"## {owner}", "", f"Exchange `{owner}.events`, heard whole by {listeners}.", ""]
        parts += ["| event | what it says | acted upon by |", "|---|---|---|"]
        for name, event in events().items():
            if event.owner == owner:
                said = (event.__doc__ or "").split("\n\n")[0].replace("\n", " ")
                parts.append(f"| `{name}` | {' '.join(said.split())} | {', '.join(heard.get(name, ['–']))} |")
        parts.append("")
    return "\n".join(parts)


def openapi() -> str:
    """The gateway's OpenAPI document."""
    app = build(settings=GatewaySettings(mode="demo", database_url="postgresql://unused/unused"))
    return json.dumps(app.openapi(), indent=1) + "\n"


MADE = {"lifecycles.md": lifecycles, "events.md": messages, "openapi.json": openapi}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a document is out of date")
    check = parser.parse_args().check
    stale = []
    for name, make in MADE.items():
        path, text = FOLDER / name, make()
        if check and (not path.exists() or path.read_text() != text):
            stale.append(f"docs/{name}")
        elif not check:
            path.write_text(text)
    if stale:
        raise SystemExit(f"out of date: {', '.join(stale)}; run make docs")
    print(f"docs: {', '.join(MADE)} {'are up to date' if check else 'written'}")  # noqa: T201


if __name__ == "__main__":
    main()

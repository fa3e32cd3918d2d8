"""The documents that are made from the code: `make docs` writes them, `--check` says whether they are up to date."""

import argparse
import importlib
import json
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from chassis.lifecycle import Lifecycle
from chassis.messaging import topology
from contracts.catalogue import OWNERS, SUBSCRIPTIONS, asks, events
from contracts.message import reply_type
from docs.asyncapi import asyncapi
from docs.page import page
from gateway.app import build
from gateway.settings import GatewaySettings
from services.notifier.channels import GRAMMAR
from services.notifier.notices.pushes import NOT_SHOWN, PUSHES, STATUS_CHANGED

ROOT = Path(__file__).resolve().parent.parent
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
    link = "The same for machines: [asyncapi.json](../gateway/pages/asyncapi.json)."
    parts = ["# Messages", NOTE, "", link, "", "# Events", ""]
    for owner in OWNERS:
        listeners = ", ".join(f"`{name}.inbox`" for name, owners in SUBSCRIPTIONS.items() if owner in owners)
        parts += [f"## {owner}", "", f"Exchange `{owner}.events`, heard whole by {listeners}.", ""]
        parts += ["| event | what it says | acted upon by |", "|---|---|---|"]
        for name, event in events().items():
            if event.owner == owner:
                parts.append(f"| `{name}` | {_said(event)} | {', '.join(heard.get(name, ['–']))} |")
        parts.append("")
    return "\n".join([*parts, *_asked(), *_shown()])


def _asked() -> Iterable[str]:
    yield "# Asks\n\nRequests that a caller waits for, over `" + topology.ASKS + "`; answered, or refused with a code."
    for owner in (*OWNERS, "operations"):
        where = "every service" if owner == "operations" else f"`{owner}`"
        yield f"\n## to {where}\n\n| ask | what it is for | answered with |\n|---|---|---|"
        for name, ask in asks().items():
            if ask.owner == owner:
                reply = getattr(reply_type(ask), "__name__", str(reply_type(ask)))
                yield f"| `{name}` | {_said(ask)} | {reply.replace('|', 'or')} |"


def _shown() -> Iterable[str]:
    yield "\n# Realtime events\n\nOn which Pusher channel each is emitted; the notifier's table.\n"
    yield "| channel | its name |\n|---|---|"
    yield from (f"| {kind} | `{name}` |" for kind, name in GRAMMAR.items())
    yield "\n| event | also sent as | channels | because of |\n|---|---|---|---|"
    rows: dict[str, tuple[str, str, list[str]]] = {}
    for fact, push in PUSHES.items():
        for shown in push.shown:
            aliases = ", ".join(f"`{alias}`" for alias in shown.aliases)
            row = rows.setdefault(shown.name, (aliases, ", ".join(shown.on), []))
            row[2].append(fact.__name__)
    rows[STATUS_CHANGED.name] = (
        ", ".join(f"`{alias}`" for alias in STATUS_CHANGED.aliases),
        ", ".join(STATUS_CHANGED.on),
        ["every change of a booking's status"],
    )
    for name, (aliases, channels, facts) in rows.items():
        yield f"| `{name}` | {aliases or '–'} | {channels} | {', '.join(facts)} |"
    yield "\nNot shown:\n\n| fact | why |\n|---|---|"
    yield from (f"| {fact.__name__} | {why} |" for fact, why in NOT_SHOWN.items())
    yield ""


def _said(message: type[Any]) -> str:
    return " ".join((message.__doc__ or "").split("\n\n")[0].split())


def asynchronous() -> str:
    """The AsyncAPI document, as valid as its own schema says."""
    return json.dumps(_document(), indent=1) + "\n"


def page_of_messages() -> str:
    """The same for people."""
    return page(_document())


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(asyncapi()))
    jsonschema.validate(document, json.loads((ROOT / "docs" / "asyncapi-3.0.0.schema.json").read_text()))
    return document


def openapi() -> str:
    """The gateway's OpenAPI document."""
    app = build(settings=GatewaySettings(mode="demo", database_url="postgresql://unused/unused"))
    return json.dumps(app.openapi(), indent=1) + "\n"


MADE = {
    "docs/lifecycles.md": lifecycles,
    "docs/messages.md": messages,
    "docs/openapi.json": openapi,
    "gateway/pages/asyncapi.json": asynchronous,
    "gateway/pages/messages.html": page_of_messages,
}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a document is out of date")
    check = parser.parse_args().check
    stale = []
    for name, make in MADE.items():
        path, text = ROOT / name, make()
        if check and (not path.exists() or path.read_text() != text):
            stale.append(name)
        elif not check:
            path.write_text(text)
    if stale:
        raise SystemExit(f"out of date: {', '.join(stale)}; run make docs")
    print(f"{', '.join(MADE)} {'are up to date' if check else 'written'}")  # noqa: T201


if __name__ == "__main__":
    main()

"""Every service has the same shape, only the chassis commits, and unit tests stay light."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from chassis.service import Service
from contracts.catalogue import OWNERS, SUBSCRIPTIONS, asks, events
from gateway.app import replies
from gateway.lookups.staff_names import StaffNameLookup
from tests.architecture.parsed import parsed

ROOT = Path(__file__).resolve().parents[2]
SHAPE = {"service", "handlers", "work", "domain", "lifecycle", "store", "settings", "migrations", "examine"}
EXTRAS = {
    "bookings": {"actions", "steps"},
    "rooms": {"exact_plan", "plan_process", "steps"},
    "payments": {"cards", "steps", "stripe_gateway"},
    "notifier": {"channels", "http_connections", "pusher_gateway", "mailer", "templates", "sms", "staff_names"},
}


def load(name: str) -> Service:
    """A service's registry."""
    import importlib

    service: Service = importlib.import_module(f"services.{name}.service").SERVICE
    return service


@pytest.mark.parametrize("name", OWNERS)
def test_every_service_has_the_same_modules_and_its_listed_extras(name: str) -> None:
    modules = {
        path.stem for path in (ROOT / "services" / name).iterdir() if path.stem not in {"__init__", "__pycache__"}
    }

    assert modules == SHAPE | EXTRAS[name]


def commits(source: str) -> list[int]:
    """The lines on which something is committed or begun."""
    tree = parsed(source)
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def test_no_service_commits() -> None:
    guilty = [str(path) for path in (ROOT / "services").rglob("*.py") if commits(path.read_text())]

    assert guilty == []
    assert commits("work.connection.commit()") == [1]


# Facts that stand in a durable queue and in the feed, and that nobody has to act upon.
ONLY_IN_THE_FEED = {
    "bookings.PaymentAwaited.v1": "payments opened the session itself, and the guest is on the page",
    "bookings.BookingAmended.v1": "a note on the booking, for who reads it",
    "bookings.CommunicationNoted.v1": "nobody has to send it",
    "notifier.NoticeReplayed.v1": "the log says what comes of it",
    "rooms.MenuChanged.v1": "guests read the menu when they open it, and an order keeps its prices",
    "rooms.HotelSettingsChanged.v1": "a booking keeps the terms that it was made with",
}


def test_every_event_is_handled_by_a_service_or_listed_with_a_reason() -> None:
    handled = {handler.event.wire_name for name in OWNERS for handler in load(name).events}

    assert set(events()) - handled == set(ONLY_IN_THE_FEED) - handled


def test_every_owner_s_events_reach_a_durable_queue() -> None:
    assert {owner for owners in SUBSCRIPTIONS.values() for owner in owners} == set(OWNERS)


def test_a_service_handles_events_only_of_owners_that_its_queue_is_bound_to() -> None:
    for name in OWNERS:
        for handler in load(name).events:
            assert handler.event.owner in SUBSCRIPTIONS[name], f"{name} has no binding for {handler.event.wire_name}"


def test_every_ask_has_one_handler_at_its_owner() -> None:
    messages = [handler.message for name in OWNERS for handler in load(name).asks if handler.message.owner == name]

    assert sorted(message.wire_name for message in messages) == [
        name for name in asks() if not name.startswith(("operations.", "gateway."))
    ]


def test_the_gateway_replies_to_every_ask_that_it_owns_and_asks_nobody_for_the_reply() -> None:
    """So no ask waits for itself, although the gateway asks the notifier and the notifier asks the gateway."""

    async def read(hotel: str, ids: Collection[str]) -> Mapping[str, str]:
        raise AssertionError(f"nobody reads {ids} of {hotel}")

    lookup = StaffNameLookup(read)

    assert {ask.wire_name for ask in replies(lookup)} == {name for name in asks() if name.startswith("gateway.")}
    assert "Bus" not in inspect.getsource(inspect.getmodule(StaffNameLookup) or StaffNameLookup)


def test_the_graph_of_asks_has_no_cycle() -> None:
    allowed = {"bookings": {"rooms"}, "payments": {"bookings"}, "notifier": {"bookings"}, "rooms": set[str]()}
    for name in OWNERS:
        used = {owner for owner in OWNERS for line in asked_by(name) if line == owner}
        assert used <= allowed[name], f"{name} asks {used - allowed[name]}"


def asked_by(name: str) -> set[str]:
    """The owners of the asks that a service's handlers import and send."""
    owners = set()
    for path in (ROOT / "services" / name).rglob("*.py"):
        tree = parsed(path.read_text())
        imported = {
            alias.asname or alias.name: (node.module or "").split(".")[1]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("contracts.")
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "ask":
                for part in ast.walk(node):
                    if isinstance(part, ast.Name) and part.id in imported:
                        owners.add(imported[part.id])
    return owners - {"values", "message"}


def test_the_service_tables_load_neither_nameko_nor_eventlet() -> None:
    program = (
        "import sys, importlib;"
        "[importlib.import_module(f'services.{n}.service') for n in ('bookings','payments','rooms','notifier')];"
        "print([m for m in ('nameko','eventlet','pika.adapters.asyncio_connection') if m in sys.modules])"
    )

    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"

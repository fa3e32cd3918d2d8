"""One word for each capability of rooms: the same module name in contracts, handlers, domain, steps and store."""

from pathlib import Path

import pytest

from services.rooms.handlers import nouns
from services.rooms.service import SERVICE
from services.rooms.steps.nouns import Noun

ROOT = Path(__file__).resolve().parents[3]
CAPABILITIES = {door.message.__module__.rpartition(".")[2] for door in SERVICE.asks}

# Modules that serve several capabilities.
SHARED = {
    "handlers": {"booking_events", "nouns", "timers"},
    "steps": {"action_log", "cleaning_tasks", "hotel_access", "hotel_changes", "nouns", "offers", "releases"}
    | {"room_access", "room_status"},
    "domain": {
        "amounts",
        "candidates",
        "definitions",
        "mapping",
        "offers",
        "periods",
        "pricing",
        "stays",
        "validation",
    },
    "store": {"actions", "base", "examination", "explanation", "nights", "offers", "periods"},
}


@pytest.mark.parametrize("door", SERVICE.asks, ids=lambda door: door.message.__name__)
def test_an_ask_and_its_handler_stand_in_modules_of_the_same_name(door: object) -> None:
    message, handler = door.message, door.handler  # type: ignore[attr-defined]
    noun = getattr(handler, "__self__", None)
    row = {id(row): name for name, row in vars(nouns).items() if isinstance(row, Noun)}.get(id(noun), "")

    capability = row.lower().replace("menu_items", "menu") or handler.__module__.rpartition(".")[2]

    assert message.__module__ == f"contracts.rooms.{capability}"


@pytest.mark.parametrize("layer", sorted(SHARED))
def test_a_module_has_the_name_of_a_capability_or_serves_several(layer: str) -> None:
    modules = {path.stem for path in (ROOT / "services/rooms" / layer).glob("[a-z]*.py")}

    assert modules - CAPABILITIES == SHARED[layer]

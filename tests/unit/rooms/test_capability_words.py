"""One word for each capability of rooms: handlers, domain, steps and store use the module names of the contracts."""

from pathlib import Path

import pytest

from services.rooms.service import SERVICE

ROOT = Path(__file__).resolve().parents[3]
CAPABILITIES = {ask.message.__module__.rpartition(".")[2] for ask in SERVICE.asks}

# Modules that serve several capabilities.
SHARED = {
    "handlers": {"booking_events", "nouns", "timers"},
    "steps": {"action_log", "cleaning_tasks", "hotel_access", "hotel_changes", "nouns", "offers", "releases"}
    | {"room_access", "room_status"},
    "domain": {
        "amounts",
        "candidates",
        "definitions",
        "held_rooms",
        "mapping",
        "offers",
        "periods",
        "pricing",
        "stays",
        "validation",
    },
    "store": {"actions", "base", "endings", "examination", "explanation", "held_rooms", "nights", "offers", "periods"}
    | {"sales"},
}


@pytest.mark.parametrize("layer", sorted(SHARED))
def test_a_module_has_the_name_of_a_capability_or_serves_several(layer: str) -> None:
    modules = {path.stem for path in (ROOT / "services/rooms" / layer).glob("[a-z]*.py")}

    assert modules - CAPABILITIES == SHARED[layer]

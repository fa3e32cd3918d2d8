"""The hotel of the stays: one of the demo, with a room type of its own for each round."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sandbox.chaos.judge.operator_checks import OperatorChecks
from sandbox.demo.seed import HOTELS

HOTEL = "hotel-killarney"


def room_type(round_number: int) -> str:
    """The code of a round's room type; the model and the warm-up are round 0."""
    return f"R{round_number}"


def room(round_number: int, number: int) -> str:
    """The number of a round's room."""
    return f"R{round_number}N{number}"


def add_rooms(stack_json: Mapping[str, Any], directory: Path, rooms: Mapping[str, list[str]]) -> str:
    """Import the hotel again with these rooms by room type; returns its time zone.

    Raises RuntimeError where the import is refused.
    """
    definition = json.loads((HOTELS / f"{HOTEL}.json").read_text("utf-8"))
    price = {"max_occupancy": 2, "base_price": "120.00", "bed_setup": "1 double bed"}
    definition["room_types"] += [
        {"code": code, "name": f"Round {code}", **price, "rooms": numbers} for code, numbers in rooms.items()
    ]
    file = directory / f"{HOTEL}.json"
    file.write_text(json.dumps(definition), "utf-8")
    with closing(OperatorChecks(stack_json)) as operators:
        code, output = operators.run("hotel", "import", str(file))
    if code:
        raise RuntimeError(f"{HOTEL} is not imported: {output}")
    return str(definition["timezone"])

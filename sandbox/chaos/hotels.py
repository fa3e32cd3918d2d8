"""The demo's hotels with enough rooms for many guests tonight."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sandbox.chaos.judge.operator_checks import OperatorChecks
from sandbox.demo.seed import HOTELS

MORE_ROOMS_PER_TYPE = 60  # more of each room type


def import_larger_hotels(stack: Mapping[str, Any], slugs: tuple[str, ...], directory: Path) -> None:
    """Import the hotels again with more rooms. Raises `RuntimeError` where the import is refused."""
    with closing(OperatorChecks(stack)) as operators:
        for slug in slugs:
            definition = json.loads((HOTELS / f"{slug}.json").read_text("utf-8"))
            file = directory / f"{slug}.json"
            file.write_text(json.dumps(with_more_rooms(definition)), "utf-8")
            code, output = operators.run("hotel", "import", str(file))
            if code:
                raise RuntimeError(f"{slug} is not imported: {output}")


def with_more_rooms(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with `MORE_ROOMS_PER_TYPE` rooms more of each type."""
    types = [
        {
            **each,
            "rooms": [*each["rooms"], *(f"{chr(65 + number)}{room}" for room in range(100, 100 + MORE_ROOMS_PER_TYPE))],
        }
        for number, each in enumerate(definition["room_types"])
    ]
    return {**definition, "room_types": types}

"""Messages on the bus: every event and ask field by field, with the reply that an ask is answered with."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tests.surface.schemas import lines
from tests.surface.source import Line


def fields(types: Mapping[str, Any]) -> Iterator[Line]:
    """The fields of each type as JSON, by the name that it goes by on the wire or in a row."""
    for name, kind in types.items():
        schema = msgspec.json.schema(kind)
        yield from ((name, line) for line in lines(schema, schema))

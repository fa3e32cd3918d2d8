"""Plain data to JSON and back, by the types that the contracts declare."""

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.json.Encoder(decimal_format="string")


def encode(value: Any) -> bytes:
    """JSON of any contract value; instants in UTC with `Z`, decimals as strings."""
    return _encoder.encode(value)


def decode(raw: bytes | str) -> Any:
    """Plain JSON data; raises `ValueError` where it is not JSON."""
    return msgspec.json.decode(raw)


def plain(value: Any) -> Any:
    """The value as JSON-able Python data."""
    return msgspec.to_builtins(value, builtin_types=())


def typed(data: Any, kind: type[T]) -> T:
    """Plain data as the declared type; raises `ValueError` with the mismatch. Unknown fields are ignored."""
    return msgspec.convert(data, kind, strict=False)

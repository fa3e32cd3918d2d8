"""`hotelmate hotel`: reads a property file, checks each field, and imports the property."""

import json
import types
from collections.abc import Iterator
from dataclasses import is_dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import typer

from chassis import codec
from chassis.messaging.ask_client import AskClient
from chassis.text import normalised_data
from contracts.rooms.hotel_import import HotelDefinition, Imported, ImportHotel
from contracts.values import FREE_UNTIL_HOURS, from_major
from hotelmate.config import ask_client, load_config
from hotelmate.console import say
from hotelmate.errors import CommandError

cli = typer.Typer(no_args_is_help=True, help="Import hotels from files.")
DEADLINE = 30.0


@cli.command("import")
def import_hotel(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The property as JSON; `sandbox/demo/hotels` has examples.")
    ],
) -> None:
    """Create a property from a file, or add what an existing property lacks.

    Importing the same file again changes nothing, and keeps the settings that staff have changed since. If values in
    the file have changed, the new values are stored, except prices: an existing price stays. No room is removed, and a
    room that staff removed is not added again.
    """
    definition = read_property(file)
    with ask_client(load_config()) as client:
        imported = import_property(client, definition)
    verb = "created" if imported.created else "brought up to date"
    say(f"{imported.hotel} {verb}: {imported.types_added} room types and {imported.rooms_added} rooms added.")


def import_property(client: AskClient, definition: HotelDefinition) -> Imported:
    """Ask the rooms service to import the property."""
    return client(ImportHotel(definition=definition), deadline=DEADLINE)


def read_property(path: Path) -> HotelDefinition:
    """The property that the file describes. Raises `CommandError`, which names the unknown or wrong fields."""
    try:
        data = normalised_data(json.loads(path.read_text("utf-8")))
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}.") from problem
    except UnicodeDecodeError as problem:
        raise CommandError(f"{path} is not UTF-8 text.") from problem
    except json.JSONDecodeError as problem:
        raise CommandError(
            f"{path} is not JSON: {problem.msg} in line {problem.lineno}, column {problem.colno}."
        ) from problem
    if not isinstance(data, dict):
        raise CommandError(f"{path} must hold one JSON object that describes a property.")
    if unknown := [f"{field}: is not a field of a property" for field in _unknown(data, HotelDefinition)]:
        raise CommandError(f"{path} has unknown fields.", details=unknown)
    policy = data.get("policy")
    if isinstance(policy, dict) and (hours := FREE_UNTIL_HOURS.get(str(policy.get("kind")))):
        policy.setdefault("free_until_hours", hours)
    try:
        definition = codec.typed(data, HotelDefinition)
    except ValueError as problem:
        raise CommandError(f"{path} does not describe a property.", details=[_plainly(str(problem))]) from problem
    try:
        return _with_fees_in_minor_units(definition)
    except ValueError as problem:
        raise CommandError(f"{path} does not describe a property.", details=[f"policy.tiers: {problem}"]) from problem


def _with_fees_in_minor_units(definition: HotelDefinition) -> HotelDefinition:
    """The property with the fixed fees of its policy in minor units; the file has them in major units.

    Raises `ValueError` for a fee with more digits than the currency has.
    """
    tiers = tuple(
        replace(tier, value=Decimal(from_major(str(tier.value), definition.currency).amount))
        if tier.kind == "FIXED"
        else tier
        for tier in definition.policy.tiers
    )
    return replace(definition, policy=replace(definition.policy, tiers=tiers))


def _unknown(data: Any, kind: Any, where: str = "") -> Iterator[str]:
    if get_origin(kind) in (Union, types.UnionType):
        kind = next((option for option in get_args(kind) if option is not type(None)), None)
    if is_dataclass(kind) and isinstance(data, dict):
        known = get_type_hints(kind)
        for name, value in data.items():
            if name not in known:
                yield f"{where}{name}"
            else:
                yield from _unknown(value, known[name], f"{where}{name}.")
    elif get_origin(kind) is tuple and isinstance(data, list):
        for number, item in enumerate(data):
            yield from _unknown(item, get_args(kind)[0], f"{where.removesuffix('.')}[{number}].")


def _plainly(error: str) -> str:
    """Move the path to the front of an error: `Expected …, got … - at `$.a.b`` becomes `a.b: expected …, got …`."""
    what, _, at = error.partition(" - at `$")
    what = what.replace("`", "")
    field = at.rstrip("`").removeprefix(".")
    missing = "Object missing required field "
    if what.startswith(missing):
        name = what.removeprefix(missing)
        return f"{field}.{name}: is missing" if field else f"{name}: is missing"
    return f"{field}: {what[:1].lower()}{what[1:]}"

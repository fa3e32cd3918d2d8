"""`hotelmate hotel`: imports properties."""

from pathlib import Path
from typing import Annotated

import typer

from chassis.messaging.ask_client import AskClient
from contracts.rooms.hotel_import import HotelDefinition, Imported, ImportHotel
from hotelmate.config import ask_client, load_config
from hotelmate.console import say
from hotelmate.property_file import read_property

cli = typer.Typer(no_args_is_help=True, help="Import properties.")
DEADLINE = 30.0


@cli.command("import")
def import_hotel(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The property as JSON; `sandbox/demo/hotels` has examples.")
    ],
) -> None:
    """Create a property from a file, or add what an existing property lacks.

    Importing the same file again changes nothing, even where staff have changed settings since; a file with changed
    values stores those values. A room is never removed, a room that staff removed is not added again, and a price that
    is set is never changed.
    """
    definition = read_property(file)
    with ask_client(load_config().amqp_url) as client:
        imported = import_property(client, definition)
    verb = "created" if imported.created else "brought up to date"
    say(f"{imported.hotel} {verb}: {imported.types_added} room types and {imported.rooms_added} rooms added.")


def import_property(client: AskClient, definition: HotelDefinition) -> Imported:
    """Ask rooms to import the property."""
    return client(ImportHotel(definition=definition), deadline=DEADLINE)

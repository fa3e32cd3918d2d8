"""`hotelmate hotel`: brings properties onto the platform."""

from pathlib import Path
from typing import Annotated

import typer

from chassis.messaging.ask_client import AskClient
from contracts.rooms import HotelDefinition, Imported, ImportHotel
from hotelmate.property_file import read_property
from hotelmate.screen import say
from hotelmate.surroundings import asking, look_around

cli = typer.Typer(no_args_is_help=True, help="Bring properties onto the platform.")
DEADLINE = 30.0


@cli.command("import")
def import_hotel(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The property as JSON; `sandbox/demo/hotels` has examples.")
    ],
) -> None:
    """Create a property from a file, or add what it lacks.

    Importing the same file again changes nothing, also where staff have changed settings since; a newer file writes
    what it says differently. A room is never removed, one that staff removed does not come back, and a price that is
    set is never changed.
    """
    definition = read_property(file)
    with asking(look_around().amqp_url) as asker:
        imported = bring_in(asker, definition)
    verb = "created" if imported.created else "brought up to date"
    say(f"{imported.hotel} {verb}: {imported.types_added} room types and {imported.rooms_added} rooms added.")


def bring_in(asker: AskClient, definition: HotelDefinition) -> Imported:
    """Ask rooms to import the property."""
    return asker(ImportHotel(definition=definition), deadline=DEADLINE)

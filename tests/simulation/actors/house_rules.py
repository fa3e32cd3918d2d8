"""The owner's rules for changes of stays, set at the beginning of a run: paid first, or owed, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from contracts.rooms.settings import ChangeSettings, GetSettings, SettingsChange
from contracts.values import Context
from gateway.identity.roles import Role
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.client import Client, weighted
from tests.simulation.actors.colleague import hotels_of, staff_context

FIRST_ALWAYS = SettingsChange(change_payment_guest="first", change_payment_staff="first", guest_changes="always")
FIRST_AT_ONCE = replace(FIRST_ALWAYS, approval_required=False)  # bookings are confirmed once they are paid
OWED_ALWAYS = SettingsChange(change_payment_guest="owed", change_payment_staff="owed", guest_changes="always")
# Without a rule, the difference of a guest's change is paid first in the free hours, and that of staff is owed.
RULES: Mapping[SettingsChange | None, int] = {None: 3, FIRST_ALWAYS: 5, FIRST_AT_ONCE: 1, OWED_ALWAYS: 1}
RULES_OF_CHANGES: Mapping[SettingsChange | None, int] = {FIRST_AT_ONCE: 8, FIRST_ALWAYS: 1, OWED_ALWAYS: 1}


def owner(world: ActorWorld, name: str, options: Mapping[SettingsChange | None, int]) -> None:
    """Draw the rules of all hotels, and set them before the first booking is made."""
    rules = weighted(world, "rules for changes", options)
    if rules is None:
        return
    client = Client(world, name, Context())
    for hotel in hotels_of(client):
        manager = client.acting_as(staff_context(hotel.slug, Role.MANAGER, staff_id="77"))
        if settings := manager.read(GetSettings(hotel=hotel.slug)):
            manager.command(ChangeSettings(hotel=hotel.slug, change=rules), if_match=(settings.version,))

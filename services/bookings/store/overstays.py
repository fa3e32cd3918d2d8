"""Overstay incidents: one row each, written with the booking that they are of."""

from dataclasses import fields

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from contracts.bookings import Incident
from services.bookings.store.tables import OVERSTAY

_OF_INCIDENT = tuple(field.name for field in fields(Incident))


def keeping(booking_id: str, hotel: str, incident: Incident) -> sa.Executable:
    """The statement that writes a new incident, or what has become of a known one."""
    row = {name: getattr(incident, name) for name in _OF_INCIDENT}
    added = insert(OVERSTAY).values(booking_id=booking_id, hotel=hotel, **row)
    return added.on_conflict_do_update(index_elements=["id"], set_=row)

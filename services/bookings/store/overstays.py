"""Overstay incidents, one row each, written together with their booking."""

from dataclasses import fields

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from contracts.bookings.overstays import Incident
from services.bookings.store.tables import OVERSTAY

_OF_INCIDENT = tuple(field.name for field in fields(Incident))


def upsert(booking_id: str, hotel: str, incident: Incident) -> sa.Executable:
    """The statement that inserts or updates an incident."""
    row = {name: getattr(incident, name) for name in _OF_INCIDENT}
    added = insert(OVERSTAY).values(booking_id=booking_id, hotel=hotel, **row)
    return added.on_conflict_do_update(index_elements=["id"], set_=row)

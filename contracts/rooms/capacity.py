"""The number of a hotel's rooms per night, without those that are out of order or blocked."""

from datetime import date

from contracts.data import Data
from contracts.message import Query


class NightCapacity(Data):
    """The number of rooms of one hotel on one night."""

    night: date
    rooms: int


class Capacity(Data):
    """The number of rooms of one hotel per night, in order of date."""

    nights: tuple[NightCapacity, ...] = ()


class GetCapacity(Query[Capacity]):
    """Return the number of rooms on the nights `[first_night, until)`; no nights for an unknown hotel."""

    hotel: str
    first_night: date
    until: date

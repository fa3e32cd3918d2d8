"""Daily rates: prices of single nights. Amounts in asks are in major units."""

from datetime import date

from contracts.data import Data
from contracts.message import Command, Query
from contracts.values import Money, Page


class DailyRate(Data):
    """A price for one night of a room type, in place of the base price."""

    room_type_code: str
    date: date
    price: Money


class DailyRates(Data):
    """A page of a hotel's daily rates, ordered by date and room type."""

    count: int
    results: tuple[DailyRate, ...]


class ListRates(Query[DailyRates]):
    """Return the daily rates from `start_date` to `end_date`, both included. A missing `start_date` means today."""

    hotel: str
    room_type: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    page: Page = Page()


class RatesWritten(Data):
    """The number of nights whose price was set, and the price; a `price` that is None stands for the base price."""

    room_type_code: str
    start_date: date
    end_date: date
    price: Money | None
    nights: int


class WriteRates(Command[RatesWritten]):
    """Set the price of every night between two dates, both included.

    A `price` that is None restores the base price. `weekdays` limits the change to these days of the week, where 0 is
    Monday. Refused `ROOM_TYPE_NOT_FOUND`, `BEYOND_HORIZON`.
    """

    hotel: str
    room_type: str
    start_date: date
    end_date: date
    price: str | None
    weekdays: tuple[int, ...] = ()

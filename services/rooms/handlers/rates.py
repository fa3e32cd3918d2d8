"""Daily rates are looked at and written, a range of nights at a time."""

from contracts.rooms import DailyRates, ListRates, RatesWritten, WriteRates
from contracts.values import Permission
from services.rooms.domain import rates, stays
from services.rooms.handlers.editing import noted, opened, seen, told
from services.rooms.handlers.room_types import known_type
from services.rooms.work import RoomsWork


def list_rates(query: ListRates, work: RoomsWork) -> DailyRates:
    """A page of the rates that are set."""
    hotel = seen(work, query.hotel)
    type_id = known_type(work.room_types.named(query.hotel, query.room_type))[0] if query.room_type else None
    first = query.start_date or stays.local_day(work.now, hotel.timezone)
    count, results = work.rates.page(
        query.hotel, room_type_id=type_id, first=first, last=query.end_date, page=query.page
    )
    return DailyRates(count=count, results=tuple(results))


def write_rates(command: WriteRates, work: RoomsWork) -> RatesWritten:
    """Give the nights a price of their own, or let the base price hold again."""
    hotel = opened(work, command.hotel, Permission.MANAGE_SETTINGS)
    type_id, room_type = known_type(work.room_types.named(command.hotel, command.room_type))
    price = rates.check(command, currency=hotel.currency, today=stays.local_day(work.now, hotel.timezone))
    shown = f"{room_type.code} {command.start_date}..{command.end_date} {price.text if price else 'base price'}"
    noted(work, hotel, "RatesWritten", why=shown)
    told(work, hotel, room_type.code)
    nights = work.rates.write(
        type_id,
        first=command.start_date,
        last=command.end_date,
        weekdays=command.weekdays,
        price=price.amount if price else None,
    )
    return RatesWritten(
        room_type_code=room_type.code,
        start_date=command.start_date,
        end_date=command.end_date,
        price=price,
        nights=nights,
    )

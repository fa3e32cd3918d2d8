"""Lists daily rates, and writes the daily rates of a range of nights."""

from contracts.rooms.rates import DailyRates, ListRates, RatesWritten, WriteRates
from contracts.values import Permission
from services.rooms.domain import rates, stays
from services.rooms.domain.mapping import mapped
from services.rooms.steps import hotel_access, hotel_changes, room_types
from services.rooms.work import RoomsWork


def list_rates(query: ListRates, work: RoomsWork) -> DailyRates:
    hotel = hotel_access.own(work, query.hotel, Permission.MANAGE_SETTINGS)
    type_id = room_types.named(work, hotel, query.room_type)[0] if query.room_type else None
    first = query.start_date or stays.local_day(work.now, hotel.timezone)
    count, results = work.rates.page(
        query.hotel, room_type_id=type_id, first=first, last=query.end_date, page=query.page
    )
    return DailyRates(count=count, results=tuple(results))


def write_rates(command: WriteRates, work: RoomsWork) -> RatesWritten:
    """Set the price of the nights, or restore the base price."""
    hotel = hotel_access.locked(work, command.hotel, Permission.MANAGE_SETTINGS)
    type_id, room_type = room_types.named(work, hotel, command.room_type)
    price = rates.check(command, currency=hotel.currency, today=stays.local_day(work.now, hotel.timezone))
    price_text = "base price" if price is None else price.text
    why = f"{room_type.code} {command.start_date}..{command.end_date} {price_text}"
    hotel_changes.record(work, hotel, "RatesWritten", why=why)
    hotel_changes.publish_availability(work, hotel, room_type.code)
    nights = work.rates.write(
        hotel.slug,
        type_id,
        first=command.start_date,
        last=command.end_date,
        weekdays=command.weekdays,
        price=None if price is None else price.amount,
    )
    return mapped(RatesWritten, command, room_type_code=room_type.code, price=price, nights=nights)

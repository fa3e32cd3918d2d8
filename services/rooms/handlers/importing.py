"""Bringing a property in from its file, or adding what it has gained since."""

from collections.abc import Mapping
from datetime import date, timedelta

from chassis.refusal import Refusal
from contracts.rooms import HotelDefinition, HotelSettingsChanged, Imported, ImportHotel, RoomStatus
from services.rooms.domain import properties, stays
from services.rooms.domain.inventory import NightChange
from services.rooms.handlers.hotels import found
from services.rooms.work import RoomsWork


def import_hotel(command: ImportHotel, work: RoomsWork) -> Imported:
    """Create the hotel, or add the types, rooms and promotions that it lacks and write what the file says of it."""
    definition = command.definition
    if work.caller.kind in ("staff", "guest"):
        raise Refusal("PERMISSION_DENIED", "Only an operator imports a property.")
    properties.check(definition)
    today = stays.local_day(work.now, definition.timezone)
    through = stays.horizon(today)
    created = work.properties.create(definition, nights_through=through)
    hotel = found(work.hotels.lock(definition.slug))
    changed = properties.changed_fields(hotel, definition)
    if created:
        _announce(work, definition, fields=(), version=1)
    elif changed:
        _announce(work, definition, fields=changed, version=work.properties.rewrite(definition))
    types, types_added = _add_types(work, definition)
    added = _add_rooms(work, definition, types)
    _add_promotions(work, definition, types)
    if not created:
        work.nights.resize(_grown(added, types, today=today, through=through))
    if created or types_added:
        work.nights.extend(definition.slug, first=today, through=through)
    return Imported(
        hotel=definition.slug, created=created, rooms_added=sum(added.values()), types_added=len(types_added)
    )


def _announce(work: RoomsWork, definition: HotelDefinition, *, fields: tuple[str, ...], version: int) -> None:
    event = HotelSettingsChanged(hotel=definition.slug, fields=fields, version_number=version)
    work.publish(event, sequence=version)
    work.audit(
        subject=event.subject,
        sequence=version,
        what="HotelImported",
        by=work.caller.actor,
        from_status=None,
        to_status=None,
        why=", ".join(fields),
    )


def _add_types(work: RoomsWork, definition: HotelDefinition) -> tuple[dict[str, int], set[str]]:
    types = work.properties.types(definition.slug)
    added = set()
    for given in definition.room_types:
        if given.code not in types:
            base_price = properties.amount(given.base_price, definition.currency).amount
            types[given.code] = work.properties.add_type(definition.slug, given, base_price=base_price)
            added.add(given.code)
    return types, added


def _add_rooms(work: RoomsWork, definition: HotelDefinition, types: Mapping[str, int]) -> dict[str, int]:
    count = {}
    for given in definition.room_types:
        numbers = work.properties.add_rooms(definition.slug, types[given.code], given.rooms)
        count[given.code] = len(numbers)
        for number in numbers:
            status = RoomStatus.READY_FOR_GUEST
            work.record_room(definition.slug, number, status=status, by=work.caller.actor)
    return count


def _grown(count: Mapping[str, int], types: Mapping[str, int], *, today: date, through: date) -> list[NightChange]:
    return [
        NightChange(room_type_id=types[code], first_night=today, until=through + timedelta(days=1), by=more)
        for code, more in count.items()
        if more
    ]


def _add_promotions(work: RoomsWork, definition: HotelDefinition, types: Mapping[str, int]) -> None:
    promotions = [
        properties.promotion(
            given, currency=definition.currency, room_type_id=types[given.room_type] if given.room_type else None
        )
        for given in definition.promotions
    ]
    work.properties.add_promotions(definition.slug, promotions)

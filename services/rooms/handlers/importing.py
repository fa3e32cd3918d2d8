"""Bringing a property in from its file, or adding what it has gained since."""

from collections.abc import Mapping
from datetime import date, timedelta

from chassis import codec
from chassis.refusal import Refusal
from contracts.rooms import HotelDefinition, HotelSettingsChanged, Imported, ImportHotel, RoomStatus
from contracts.values import CancellationPolicy
from services.rooms.domain import policies, promotions, properties, stays
from services.rooms.domain.amounts import amount
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.inventory import NightChange
from services.rooms.handlers.editing import told
from services.rooms.handlers.hotels import found
from services.rooms.handlers.settings import written
from services.rooms.work import RoomsWork

STANDARD_NAME = "Standard"


def import_hotel(command: ImportHotel, work: RoomsWork) -> Imported:
    """Create the hotel, or add the types, rooms and promotions that it lacks and write what the file says anew of it.

    What the file said before has been written once: where staff have changed it since, it stays as they have it.
    """
    definition = command.definition
    if work.caller.kind in ("staff", "guest"):
        raise Refusal("PERMISSION_DENIED", "Only an operator imports a property.")
    properties.check(definition)
    today = stays.local_day(work.now, definition.timezone)
    through = stays.horizon(today)
    created = work.properties.create(properties.new_hotel(definition), nights_through=through)
    hotel = found(work.hotels.lock(definition.slug))
    properties.check_currency(hotel, definition)
    _write_facts(work, hotel, definition, created=created)
    types, types_added = _add_types(work, definition)
    added = _add_rooms(work, definition, types)
    _add_promotions(work, definition, types)
    if not created:
        if any(added.values()) or types_added:
            told(work, hotel, *types_added, *(code for code, more in added.items() if more))
        work.nights.resize(_grown(added, types, today=today, through=through))
    if created or types_added:
        work.nights.extend(definition.slug, first=today, through=through)
    return Imported(
        hotel=definition.slug, created=created, rooms_added=sum(added.values()), types_added=len(types_added)
    )


def _write_facts(work: RoomsWork, hotel: Hotel, definition: HotelDefinition, *, created: bool) -> None:
    said, policy = properties.said(definition), definition.policy
    plain = codec.decode(codec.encode(said | {"policy": policy}))
    before = None if created else work.hotels.imported(hotel.slug)
    fresh = {name for name, value in plain.items() if before is None or name not in before or before[name] != value}
    if fresh:
        work.hotels.remember(hotel.slug, plain)
    if "policy" in fresh:
        _write_policy(work, hotel, policy)
    changes = hotel.differing({name: value for name, value in said.items() if name in fresh})
    if changes:
        written(work, hotel.with_facts(changes), changes, what="HotelImported")
    if created:
        event = HotelSettingsChanged(hotel=hotel.slug, fields=(), version_number=1)
        work.publish(event, sequence=1)
        work.audit(
            subject=event.subject,
            sequence=1,
            what="HotelImported",
            by=work.caller.actor,
            from_status=None,
            to_status=None,
        )


def _write_policy(work: RoomsWork, hotel: Hotel, policy: CancellationPolicy) -> None:
    known = work.policies.get(hotel.slug, policies.STANDARD)
    name = known.name if known else STANDARD_NAME
    work.policies.put(hotel.slug, code=policies.STANDARD, name=name, terms=policy)


def _add_types(work: RoomsWork, definition: HotelDefinition) -> tuple[dict[str, int], set[str]]:
    types = work.properties.types(definition.slug)
    added = set()
    for given in definition.room_types:
        if given.code not in types:
            base_price = amount(given.base_price, definition.currency).amount
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
    found_there = [
        promotions.promotion(
            given, currency=definition.currency, room_type_id=types[given.room_type] if given.room_type else None
        )
        for given in definition.promotions
    ]
    work.properties.add_promotions(definition.slug, found_there)

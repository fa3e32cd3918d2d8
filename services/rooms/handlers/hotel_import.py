"""The import of a property file: creates a hotel, or adds what is new in the file since the last import."""

from collections.abc import Mapping
from datetime import date

from chassis import codec
from chassis.refusal import Refusal
from contracts.rooms.events import HotelSettingsChanged, RoomStatus
from contracts.rooms.hotel_import import HotelDefinition, Imported, ImportHotel
from contracts.values import CancellationPolicy
from services.rooms.domain import hotel_import, policies, promotions, stays
from services.rooms.domain.amounts import amount
from services.rooms.domain.holds import NightChange
from services.rooms.domain.hotels import Hotel
from services.rooms.steps import hotel_access, hotel_changes
from services.rooms.work import RoomsWork

STANDARD_NAME = "Standard"


def import_hotel(command: ImportHotel, work: RoomsWork) -> Imported:
    """Create the hotel, or add the file's new types, rooms, promotions and values to the existing hotel.

    A value that is the same as in the last imported file is not written again, so that a change by staff stays.
    """
    definition = command.definition
    if work.caller.kind in ("staff", "guest"):
        raise Refusal("PERMISSION_DENIED", "Only an operator imports a property.")
    hotel_import.check(definition)
    today = stays.local_day(work.now, definition.timezone)
    through = stays.last_counted_night(today)
    created = work.hotel_import.create(hotel_import.new_hotel(definition), nights_through=through)
    hotel = hotel_access.existing(work.hotels.lock(definition.slug))
    hotel_import.check_currency(hotel, definition)
    _write_values(work, hotel, definition, created=created)
    types, types_added = _add_room_types(work, definition)
    rooms_added = _add_rooms(work, definition, types)
    _add_promotions(work, definition, types)
    if rooms_added or types_added:
        hotel_changes.publish_availability(work, hotel, *types_added, *rooms_added)
    if not created:
        work.nights.resize(
            definition.slug,
            [
                NightChange(room_type_id=types[code], first_night=today, until=date.max, by=count)
                for code, count in rooms_added.items()
            ],
        )
    if created or types_added:
        work.nights.extend(definition.slug, first=today, through=through)
    return Imported(
        hotel=definition.slug, created=created, rooms_added=sum(rooms_added.values()), types_added=len(types_added)
    )


def _write_values(work: RoomsWork, hotel: Hotel, definition: HotelDefinition, *, created: bool) -> None:
    values, policy = hotel_import.hotel_values(definition), definition.policy
    plain = codec.decode(codec.encode(values | {"policy": policy}))
    before = None if created else work.hotels.imported(hotel.slug)
    new = {name for name, value in plain.items() if before is None or name not in before or before[name] != value}
    if new:
        work.hotels.write_imported(hotel.slug, plain)
    if "policy" in new:
        _write_policy(work, hotel, policy)
    changes = hotel.differing({name: value for name, value in values.items() if name in new})
    if changes:
        hotel_changes.write_settings(work, hotel.with_values(changes), changes, what="HotelImported")
    if created:
        event = HotelSettingsChanged(hotel=hotel.slug, fields=(), version_number=1)
        work.publish(event, sequence=1)
        work.record(event.subject, hotel=event.hotel, sequence=1, what="HotelImported")


def _write_policy(work: RoomsWork, hotel: Hotel, policy: CancellationPolicy) -> None:
    current = work.policies.get(hotel, policies.STANDARD)
    name = current.name if current else STANDARD_NAME
    work.policies.put_terms(hotel.slug, code=policies.STANDARD, name=name, terms=policy)


def _add_room_types(work: RoomsWork, definition: HotelDefinition) -> tuple[dict[str, int], set[str]]:
    """Add the missing room types; returns the ids of all types, keyed by code, and the codes of the added types."""
    types = work.hotel_import.room_type_ids(definition.slug)
    added = set()
    for room_type in definition.room_types:
        if room_type.code not in types:
            base_price = amount(room_type.base_price, definition.currency).amount
            types[room_type.code] = work.hotel_import.add_room_type(definition.slug, room_type, base_price=base_price)
            added.add(room_type.code)
    return types, added


def _add_rooms(work: RoomsWork, definition: HotelDefinition, types: Mapping[str, int]) -> dict[str, int]:
    """Add the missing rooms; returns the number of added rooms, keyed by the code of their type."""
    counts = {}
    for room_type in definition.room_types:
        numbers = work.hotel_import.add_rooms(definition.slug, types[room_type.code], room_type.rooms)
        if numbers:
            counts[room_type.code] = len(numbers)
        for number in numbers:
            work.record_room(definition.slug, number, what="RoomAdded", status=RoomStatus.READY_FOR_GUEST)
    return counts


def _add_promotions(work: RoomsWork, definition: HotelDefinition, types: Mapping[str, int]) -> None:
    in_file = [
        promotions.promotion(
            each, currency=definition.currency, room_type_id=types[each.room_type] if each.room_type else None
        )
        for each in definition.promotions
    ]
    work.hotel_import.add_promotions(definition.slug, in_file)

"""Records a change of a hotel's data: the audit row, the event, and the night counters."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chassis.refusal import Refusal
from contracts.rooms.events import AvailabilityChanged, HotelSettingsChanged
from services.rooms.domain import stays
from services.rooms.domain.hotels import Hotel
from services.rooms.work import RoomsWork


def record(work: RoomsWork, hotel: Hotel, what: str, *, why: str) -> None:
    """Write the audit row of a change by staff."""
    sequence = work.hotels.count_change(hotel.slug)
    work.record(f"edits/{hotel.slug}", hotel=hotel.slug, sequence=sequence, what=what, why=why)


def publish_availability(work: RoomsWork, hotel: Hotel, *room_types: str) -> None:
    """Publish that the availability or the prices of room types have changed.

    `room_types` are codes; an empty `room_types` stands for all types.
    """
    work.publish(AvailabilityChanged(hotel=hotel.slug, room_types=tuple(sorted(set(room_types)))))


def recount(
    work: RoomsWork,
    hotel: Hotel,
    room_type_ids: Sequence[int],
    *,
    allowance: int | None = None,
    refused_as: str = "WOULD_OVERSELL",
) -> None:
    """Recount the capacity of the nights from today on. The nights are the last rows that the transaction locks.

    An `allowance` that is None stands for the hotel's overbooking allowance. If nights are sold beyond the new
    capacity, refused with the code `refused_as` and with these `nights`.
    """
    oversold = work.nights.recount(
        hotel.slug,
        room_type_ids,
        first=stays.local_day(work.now, hotel.timezone),
        overbooking=hotel.settings.overbooking_allowance if allowance is None else allowance,
    )
    if oversold:
        nights = [night.isoformat() for night in oversold]
        raise Refusal(refused_as, "More would be sold than there is.", nights=nights)


def write_settings(work: RoomsWork, hotel: Hotel, changes: dict[str, Any], *, what: str) -> Hotel:
    """Store the hotel, and publish the names of the changed fields, which are the keys of `changes`.

    If the overbooking allowance changed, the capacity is recounted. `what` names the change in the audit row.
    Returns the hotel with its new version.
    """
    version = work.hotels.write(hotel)
    event = HotelSettingsChanged(hotel=hotel.slug, fields=tuple(changes), version_number=version)
    work.publish(event, sequence=version)
    work.record(event.subject, hotel=hotel.slug, sequence=version, what=what, why=", ".join(changes))
    if "overbooking_allowance" in changes:
        publish_availability(work, hotel)
        recount(work, hotel, work.room_types.ids(hotel))
    return replace(hotel, version=version)


def check_version(work: RoomsWork, version: int, what: str) -> None:
    """Check that the caller has read the present version. Refused `VERSION_MISMATCH`."""
    if not work.context.expects(version):
        raise Refusal("VERSION_MISMATCH", f"The {what} changed since you looked.", version=version)

"""A hotel's page and how it operates: shown to its staff, and changed."""

from dataclasses import replace
from typing import Any

from contracts.rooms import ChangeSettings, GetSettings, HotelSettingsChanged, OperatingSettings
from contracts.values import Permission
from services.rooms.domain import settings
from services.rooms.domain.amending import check
from services.rooms.domain.hotels import Hotel
from services.rooms.handlers.editing import check_version, opened, recounted, told
from services.rooms.handlers.hotels import check_own, found
from services.rooms.work import RoomsWork


def get_settings(query: GetSettings, work: RoomsWork) -> OperatingSettings:
    """A hotel's page and settings, for its staff."""
    check_own(work.caller, query.hotel)
    return _view(found(work.hotels.get(query.hotel)), work)


def change_settings(command: ChangeSettings, work: RoomsWork) -> OperatingSettings:
    """Write what is different; what is the same already changes nothing and is not told."""
    hotel = opened(work, command.hotel, Permission.MANAGE_SETTINGS)
    check_version(work, hotel.version, "settings")
    changes = hotel.differing({name: value for name, value in vars(command.change).items() if value is not None})
    if not changes:
        return _view(hotel, work)
    after = hotel.with_facts(changes)
    own = settings.own_problems(name=after.name, timezone=after.timezone, tax_percent=after.tax_percent)
    check([*own, *settings.problems(after.settings)])
    return _view(written(work, after, changes, what="SettingsChanged"), work)


def written(work: RoomsWork, hotel: Hotel, changes: dict[str, Any], *, what: str) -> Hotel:
    """Keep the hotel as it is now, say which fields changed, and have the counters follow a new allowance."""
    version = work.hotels.write(hotel)
    event = HotelSettingsChanged(hotel=hotel.slug, fields=tuple(changes), version_number=version)
    work.publish(event, sequence=version)
    work.audit(
        subject=event.subject,
        sequence=version,
        what=what,
        by=work.caller.actor,
        from_status=None,
        to_status=None,
        why=", ".join(changes),
    )
    if "overbooking_allowance" in changes:
        told(work, hotel)
        recounted(work, hotel, work.room_types.ids(hotel.slug))
    return replace(hotel, version=version)


def _view(hotel: Hotel, work: RoomsWork) -> OperatingSettings:
    secret = work.caller.kind == "system" or work.caller.may(Permission.MANAGE_SETTINGS)
    return OperatingSettings(
        page=hotel.public_page,
        settings=hotel.settings,
        version=hotel.version,
        tax_percent=hotel.tax_percent,
        wifi=hotel.wifi if secret else None,
    )

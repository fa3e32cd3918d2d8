"""Reads and changes a hotel's page and operating settings, for the hotel's staff."""

from contracts.rooms.settings import ChangeSettings, GetSettings, OperatingSettings
from contracts.values import Permission
from services.rooms.domain import settings, validation
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.mapping import mapped
from services.rooms.steps import hotel_access, hotel_changes
from services.rooms.work import RoomsWork


def get_settings(query: GetSettings, work: RoomsWork) -> OperatingSettings:
    return _view(hotel_access.own(work, query.hotel), work)


def change_settings(command: ChangeSettings, work: RoomsWork) -> OperatingSettings:
    """Write the values that differ from the stored values; equal values change nothing."""
    hotel = hotel_access.locked(work, command.hotel, Permission.MANAGE_SETTINGS)
    hotel_changes.check_version(work, hotel.version, "settings")
    changes = hotel.differing({name: value for name, value in vars(command.change).items() if value is not None})
    if not changes:
        return _view(hotel, work)
    after = hotel.with_values(changes)
    problems = settings.hotel_problems(timezone=after.timezone, tax_percent=after.tax_percent)
    own = settings.problems(after.settings, currency=hotel.currency)
    validation.check([*settings.text_problems(changes), *problems, *own])
    return _view(hotel_changes.write_settings(work, after, changes, what="SettingsChanged"), work)


def _view(hotel: Hotel, work: RoomsWork) -> OperatingSettings:
    may_see_wifi = work.caller.kind == "system" or work.caller.may(Permission.MANAGE_SETTINGS)
    return mapped(OperatingSettings, hotel, page=hotel.public_page, wifi=hotel.wifi if may_see_wifi else None)

"""Access to a hotel: checks that the caller may read or change the hotel's data, and locks the hotel."""

from chassis.refusal import Refusal
from contracts.values import Caller, Permission
from services.rooms.domain.hotels import Hotel
from services.rooms.work import RoomsWork


def no_hotel() -> Refusal:
    """The refusal `HOTEL_NOT_FOUND`, for a hotel that does not exist or is hidden from the caller."""
    return Refusal("HOTEL_NOT_FOUND", "There is no such hotel.")


def existing(hotel: Hotel | None) -> Hotel:
    """The hotel. Refused `HOTEL_NOT_FOUND` where `hotel` is None."""
    if hotel is None:
        raise no_hotel()
    return hotel


def check_own(caller: Caller, slug: str) -> None:
    """Check that the caller is not staff of another hotel. Refused `HOTEL_NOT_FOUND`."""
    if caller.kind == "staff" and caller.hotel != slug:
        raise no_hotel()


def check_permission(caller: Caller, slug: str, permission: Permission) -> None:
    """Check that the caller is one of our services, or the hotel's staff with the permission.

    Refused `HOTEL_NOT_FOUND` for staff of another hotel, `PERMISSION_DENIED` without the permission.
    """
    check_own(caller, slug)
    if caller.kind != "system" and not caller.may(permission):
        raise Refusal("PERMISSION_DENIED", f"This needs {permission}.")


def own(work: RoomsWork, slug: str, permission: Permission | None = None) -> Hotel:
    """The hotel, for a caller who may read the hotel's data.

    A `permission` that is None admits every caller except staff of other hotels.
    """
    if permission is None:
        check_own(work.caller, slug)
    else:
        check_permission(work.caller, slug, permission)
    return existing(work.hotels.get(slug))


def locked(work: RoomsWork, slug: str, permission: Permission) -> Hotel:
    """The hotel, locked exclusively, for a caller who may change the hotel's data."""
    check_permission(work.caller, slug, permission)
    return existing(work.hotels.lock(slug))


def shared(work: RoomsWork, slug: str) -> Hotel:
    """The hotel, with a shared lock, for a change of one of the hotel's rooms."""
    check_own(work.caller, slug)
    return existing(work.hotels.share(slug))

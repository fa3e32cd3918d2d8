"""Access to a hotel: who may read or change its data, and the lock of the hotel."""

from chassis.refusal import Refusal
from contracts.values import Caller, Permission
from services.rooms.domain.hotels import Hotel
from services.rooms.work import RoomsWork


def no_hotel() -> Refusal:
    """The refusal for a hotel that does not exist, or is hidden from the caller."""
    return Refusal("HOTEL_NOT_FOUND", "There is no such hotel.")


def existing(hotel: Hotel | None) -> Hotel:
    """The hotel; refused `HOTEL_NOT_FOUND` for None."""
    if hotel is None:
        raise no_hotel()
    return hotel


def check_own(caller: Caller, slug: str) -> None:
    """Refused `HOTEL_NOT_FOUND` for the staff of another hotel."""
    if caller.kind == "staff" and caller.hotel != slug:
        raise no_hotel()


def check_permission(caller: Caller, slug: str, permission: Permission) -> None:
    """Refused `HOTEL_NOT_FOUND`, `PERMISSION_DENIED` unless the caller is the hotel's staff with the permission."""
    check_own(caller, slug)
    if caller.kind != "system" and not caller.may(permission):
        raise Refusal("PERMISSION_DENIED", f"This needs {permission}.")


def own(work: RoomsWork, slug: str, permission: Permission | None = None) -> Hotel:
    """The hotel, for a caller who may read its data; `permission` None: its staff and any other kind of caller."""
    if permission is None:
        check_own(work.caller, slug)
    else:
        check_permission(work.caller, slug, permission)
    return existing(work.hotels.get(slug))


def locked(work: RoomsWork, slug: str, permission: Permission) -> Hotel:
    """The hotel, locked, for a caller who may change its data."""
    check_permission(work.caller, slug, permission)
    return existing(work.hotels.lock(slug))


def shared(work: RoomsWork, slug: str) -> Hotel:
    """The hotel with a shared lock, for a change of one of its rooms."""
    check_own(work.caller, slug)
    return existing(work.hotels.share(slug))

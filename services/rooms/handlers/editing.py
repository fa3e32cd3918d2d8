"""What every change of a hotel's own data has in common: who may make it, the lock, the trail, the counters."""

from collections.abc import Sequence

from chassis.refusal import Refusal
from contracts.rooms import AvailabilityChanged
from contracts.values import Permission
from services.rooms.domain import stays
from services.rooms.domain.hotels import Hotel
from services.rooms.handlers.hotels import check_own, found
from services.rooms.work import RoomsWork


def check_may(work: RoomsWork, hotel: str, permission: Permission) -> None:
    """Only the hotel's own staff with the permission; refused `HOTEL_NOT_FOUND`, `PERMISSION_DENIED`."""
    check_own(work.caller, hotel)
    if work.caller.kind != "system" and not work.caller.may(permission):
        raise Refusal("PERMISSION_DENIED", f"This needs {permission}.")


def opened(work: RoomsWork, hotel: str, permission: Permission) -> Hotel:
    """The hotel, locked, for who may change it."""
    check_may(work, hotel, permission)
    return found(work.hotels.lock(hotel))


def seen(work: RoomsWork, hotel: str) -> Hotel:
    """The hotel, for who may look at its terms."""
    check_may(work, hotel, Permission.MANAGE_SETTINGS)
    return found(work.hotels.get(hotel))


def noted(work: RoomsWork, hotel: Hotel, what: str, *, why: str) -> None:
    """Note a change by hand in the hotel's trail."""
    work.audit(
        subject=f"edits/{hotel.slug}",
        sequence=work.hotels.edited(hotel.slug),
        what=what,
        by=work.caller.actor,
        from_status=None,
        to_status=None,
        why=why,
    )


def told(work: RoomsWork, hotel: Hotel, *room_types: str) -> None:
    """Publish that what can be had, or its price, is not what it was."""
    work.publish(AvailabilityChanged(hotel=hotel.slug, room_types=tuple(sorted(set(room_types)))))


def recounted(
    work: RoomsWork,
    hotel: Hotel,
    room_type_ids: Sequence[int],
    *,
    allowance: int | None = None,
    refused_as: str = "WOULD_OVERSELL",
) -> None:
    """Have the counters follow, as the last lock of all; refused `WOULD_OVERSELL` with `nights`.

    `allowance` None: the hotel's own.
    """
    short = work.nights.recount(
        room_type_ids,
        first=stays.local_day(work.now, hotel.timezone),
        overbooking=hotel.settings.overbooking_allowance if allowance is None else allowance,
    )
    if short:
        nights = [night.isoformat() for night in short]
        raise Refusal(refused_as, "More would be sold than there is.", nights=nights)


def check_version(work: RoomsWork, version: int, what: str) -> None:
    """Refused `VERSION_MISMATCH` where the caller saw another one."""
    if not work.context.expects(version):
        raise Refusal("VERSION_MISMATCH", f"The {what} changed since you looked.", version=version)

"""The permissions of each role of a hotel's staff."""

from enum import StrEnum

from contracts.values import Permission


class Role(StrEnum):
    """The role of a member of staff."""

    FRONT_DESK = "front_desk"
    HOUSEKEEPING = "housekeeping"
    HOUSEKEEPING_SUPERVISOR = "housekeeping_supervisor"
    MANAGER = "manager"


EVERYTHING = frozenset(Permission)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.FRONT_DESK: frozenset(
        (
            Permission.MANAGE_BOOKINGS,
            Permission.APPROVE,
            Permission.ASSIGN_ROOMS,
            Permission.MANAGE_CHECKIN,
            Permission.CONTACT_GUESTS,
        )
    ),
    Role.HOUSEKEEPING: frozenset((Permission.CLEAN,)),
    Role.HOUSEKEEPING_SUPERVISOR: frozenset((Permission.CLEAN, Permission.INSPECT, Permission.OVERRIDE)),
    Role.MANAGER: EVERYTHING - {Permission.SUPERUSER},
}


def permissions_of(role: Role, *, superuser: bool) -> frozenset[Permission]:
    """The permissions of a member of staff in their own hotel."""
    return EVERYTHING if superuser else PERMISSIONS[role]

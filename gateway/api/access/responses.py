"""Tokens, and the signed-in member of staff."""

from datetime import datetime
from typing import Any

from contracts.data import Data
from contracts.values import HotelCard
from gateway.http.views import View
from gateway.identity.accounts import Staff
from gateway.lookups.realtime import StaffRealtime


class Profile(Data):
    """The data of a member of staff, without the hotel."""

    id: str
    name: str
    email: str
    role: str
    is_superuser: bool
    permissions: tuple[str, ...]


class StaffProfile(Profile):
    """The data of a member of staff; `hotel` is a slug."""

    hotel: str


class StaffSession(Data):
    """A new token, which no other response contains. Use of the token postpones its end beyond `expires_at`."""

    token: str
    expires_at: datetime
    staff: StaffProfile


class Workplace(View[HotelCard], only=("slug", "name", "timezone", "currency"), examples={"name": "Hotel Killarney"}):
    """The hotel of a member of staff."""


class Me(Profile):
    """The signed-in member of staff: profile, hotel, permissions and push channels."""

    hotel: Workplace
    realtime: StaffRealtime | None


def profile(staff: Staff) -> dict[str, Any]:
    """The fields of `Profile`."""
    return {
        "id": str(staff.id),
        "name": staff.name,
        "email": staff.email,
        "role": staff.role,
        "is_superuser": staff.is_superuser,
        "permissions": tuple(sorted(staff.permissions)),
    }

"""A member of staff, signed in; and what staff may read of a booking's past."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts import bookings
from contracts.rooms import HotelPage
from gateway.api.bookings.responses import Person
from gateway.identity.accounts import SignedIn, Staff
from gateway.lookups.realtime import StaffRealtime


@dataclass(frozen=True, kw_only=True)
class StaffProfile:
    """A member of staff."""

    id: str
    name: str
    email: str
    hotel: str
    role: str
    is_superuser: bool
    permissions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StaffSession:
    """A token, told this once. It lives until `expires_at`, and longer while it is used."""

    token: str
    expires_at: datetime
    staff: StaffProfile


@dataclass(frozen=True, kw_only=True)
class WorkPlace:
    """The hotel that they work at."""

    slug: str
    name: str
    timezone: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who is signed in, where they work, what they may do, and where they hear of changes."""

    id: str
    name: str
    email: str
    hotel: WorkPlace
    role: str
    is_superuser: bool
    permissions: tuple[str, ...]
    realtime: StaffRealtime | None


@dataclass(frozen=True, kw_only=True)
class TimelineItem:
    """Who did what, when and why."""

    at: datetime
    what: str
    by: Person
    from_status: str | None
    to_status: str | None
    why: str
    trace_id: str
    sequence: int


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A booking's audit trail, oldest first."""

    booking_id: str
    items: tuple[TimelineItem, ...]


def staff_session(signed_in: SignedIn) -> StaffSession:
    """What a login answers."""
    staff = signed_in.staff
    profile = StaffProfile(**profile_fields(staff), hotel=staff.hotel)
    return StaffSession(token=signed_in.token, expires_at=signed_in.expires_at, staff=profile)


def me(staff: Staff, page: HotelPage, realtime: StaffRealtime | None) -> Me:
    """Who is signed in."""
    card = page.card
    place = WorkPlace(slug=card.slug, name=card.name, timezone=card.timezone, currency=card.currency)
    return Me(**profile_fields(staff), hotel=place, realtime=realtime)


def profile_fields(staff: Staff) -> dict[str, Any]:
    """What is told of a member of staff wherever they appear as themselves."""
    return {
        "id": str(staff.id),
        "name": staff.name,
        "email": staff.email,
        "role": staff.role,
        "is_superuser": staff.is_superuser,
        "permissions": tuple(sorted(staff.permissions)),
    }


def timeline(found: bookings.Timeline) -> Timeline:
    """A booking's past."""
    return Timeline(
        booking_id=found.booking_id,
        items=tuple(
            TimelineItem(**{**vars(item), "by": Person(kind=item.by.kind, id=item.by.id, name=item.by.name)})
            for item in found.items
        ),
    )

"""The front desk's whole day over HTTP, with no more than its own permissions; and what is not the desk's."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from contracts.bookings.chat import SendChatMessage
from gateway.identity.roles import PERMISSIONS, Role
from tests.conversations.actions import room
from tests.conversations.conftest import HOTEL, PlatformFixture, guest
from tests.conversations.http_gateway import StaffClient, open_gateway
from tests.unit.gateway.fakes import Gateway

ADA = {"first_name": "Ada", "last_name": "Guest", "email": "ada@example.com", "phone": "+353 1 5550100"}


@pytest.fixture
def gateway(fixture: PlatformFixture) -> Iterator[Gateway]:
    with open_gateway(fixture) as gateway:
        yield gateway


@pytest.fixture
def nora(gateway: Gateway) -> StaffClient:
    return StaffClient(gateway, Role.FRONT_DESK, id=UUID(int=41), name="Nora Desk")


def phoned(nora: StaffClient, fixture: PlatformFixture, *, begins: int = 0, nights: int = 1, kind: str = "SGL") -> str:
    """The id of a booking that was made by phone."""
    first = fixture.today() + timedelta(days=begins)
    days = {"check_in": str(first), "check_out": str(first + timedelta(days=nights))}
    body = {"room_type_code": kind, "adults": 1, "children": 0, "guest": ADA, "payment": "none", **days}
    made = nora.call("POST", "room-bookings/", body, status=201)
    assert (made["status"], made["source"]) == ("CONFIRMED", "staff")
    return str(made["booking_id"])


def listed(nora: StaffClient, query: str) -> list[str]:
    """The ids of the bookings on the list."""
    return [row["booking_id"] for row in nora.call("GET", f"room-bookings/?{query}")["results"]]


def half_past_noon_has_come(fixture: PlatformFixture) -> None:
    """Advances to half past noon of the next day at the hotel: after check-out time and after the no-show deadline."""
    then = datetime.combine(fixture.today() + timedelta(days=1), time(12, 30), tzinfo=ZoneInfo("Europe/Dublin"))
    with fixture.platform.services["bookings"].unit_of_work.read() as work:
        now = work.now
    fixture.platform.advance(then - now)
    fixture.settle()


def test_the_desk_gets_through_the_day_with_its_own_permissions(fixture: PlatformFixture, nora: StaffClient) -> None:
    assert {str(permission) for permission in PERMISSIONS[Role.FRONT_DESK]} == {
        "can_manage_bookings",
        "can_approve",
        "can_assign_rooms",
        "can_manage_checkin",
        "can_contact_guests",
    }

    # The morning: what came in over night is seen, approved or declined; the phone rings.
    online, unwanted = (fixture.book() for _ in range(2))
    for each in (online, unwanted):
        fixture.pay(each)
    assert set(listed(nora, "status=PENDING_APPROVAL")) == {online.booking.id, unwanted.booking.id}
    assert nora.call("POST", f"room-bookings/{online.booking.id}/mark-seen/")["is_new_for_staff"] is False
    nora.call("POST", f"room-bookings/{online.booking.id}/approve/", status=202)
    nora.call("POST", f"room-bookings/{unwanted.booking.id}/decline/", {"reason_code": "OTHER", "reason_note": "full"})
    fixture.settle()
    path = f"room-bookings/{online.booking.id}"
    assert nora.call("GET", f"{path}/")["status"] == "CONFIRMED"
    called_off = phoned(nora, fixture, begins=3)
    assert nora.call("POST", f"room-bookings/{called_off}/cancel/", {"reason": "ill"})["status"] == "CANCELLED"

    # Arrivals: the best room, another one, none, and the first again; a note, a message, and the guest is in.
    assert listed(nora, "bucket=arrivals") == [online.booking.id]
    assert nora.call("PATCH", f"{path}/", {"internal_notes": "quiet room"})["internal_notes"] == "quiet room"
    best, second, *_ = nora.call("GET", f"{path}/available-rooms/")["available_rooms"]
    assert best["matches_type"]
    for number in (second["room_number"], best["room_number"]):
        assert nora.call("POST", f"{path}/assign-room/", {"room_number": number})["assigned_room_number"] == number
    assert nora.call("POST", f"{path}/unassign-room/")["assigned_room_number"] is None
    nora.call("POST", f"{path}/assign-room/", {"room_number": best["room_number"], "notes": "near the lift"})
    note = {"communication_type": "NOTE", "message": "Comes at six."}
    nora.call("POST", f"{path}/communications/", note, status=201)
    fixture.platform.ask(
        SendChatMessage(hotel=HOTEL, booking_id=online.booking.id, text="Is there a cot?"), guest(online)
    )
    nora.call("POST", f"{path}/chat/messages/", {"text": "There is."}, status=201)
    assert nora.call("POST", f"{path}/check-in/")["status"] == "IN_HOUSE"
    assert nora.call("GET", f"{path}/")["room_pin"].isdigit()
    walked = nora.call("POST", "rooms/105/add-guest/", {"guest": ADA}, status=201)["booking_id"]

    # The tap drips: the guest moves, the room is to be repaired.
    nora.call("POST", f"{path}/move-room/", {"to_room_number": second["room_number"], "reason": "tap"})
    broken = nora.call("POST", f"rooms/{best['room_number']}/mark-maintenance/", {"priority": "HIGH", "notes": "tap"})
    assert broken["room_status"] == "MAINTENANCE_REQUIRED"
    assert set(listed(nora, "bucket=in_house")) == {online.booking.id, walked}

    # The next day: one overstays and stays on, one who never came, and the rest leave together.
    late = phoned(nora, fixture)
    half_past_noon_has_come(fixture)
    assert nora.call("GET", f"room-bookings/{walked}/overstay/status/")["is_overstay"]
    assert nora.call("POST", f"room-bookings/{walked}/overstay/acknowledge/", {"note": "packs"})["status"] == "IN_HOUSE"
    stays = nora.call("POST", f"room-bookings/{walked}/overstay/extend/", {"add_nights": 1})
    assert (stays["nights"], stays["is_overstay"]) == (2, False)
    assert listed(nora, "bucket=no_show") == [late]
    assert nora.call("POST", f"room-bookings/{late}/no-show/")["status"] == "NO_SHOW"
    assert nora.call("POST", f"room-bookings/{walked}/balance/settle/", {})["balance_due"] == "0.00"
    out = nora.call("POST", f"{path}/check-out/")["booking"]
    assert (out["status"], out["assigned_room"]["room_status"]) == ("COMPLETED", "CHECKOUT_DIRTY")
    many = nora.call("POST", "rooms/checkout/", {"room_ids": ["105", "106"]})["results"]
    assert (many["checked_out_bookings"], many["failed"]) == (
        [walked],
        [{"room_number": "106", "code": "ROOM_NOT_OCCUPIED"}],
    )
    assert set(listed(nora, "bucket=checked_out")) == {online.booking.id, walked}

    # What was done is on the timeline, under the desk's name.
    timeline = nora.call("GET", f"{path}/timeline/")["items"]
    done = [item["what"] for item in timeline if (item["by"] or {}).get("name") == "Nora Desk"]
    for what in ("BookingApproved", "RoomAssigned", "RoomUnassigned", "GuestCheckedIn", "RoomMoved", "GuestCheckedOut"):
        assert what in done


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "settings/", {"tagline": "x"}),
        ("POST", "rooms/", {"room_number": "999", "room_type": "SGL"}),
        ("POST", "rooms/101/blocks/", {"until": "2099-01-01"}),
        ("POST", "rooms/101/start-cleaning/", {}),
        ("POST", "rooms/101/inspect/", {"passed": True}),
        ("POST", "rooms/checkout/", {"room_ids": ["101"], "destructive": True}),
        ("POST", "menu/", {"name": "Soup", "price": "6.50"}),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_the_front_desk_is_refused_what_only_a_manager_may_do(
    nora: StaffClient, method: str, path: str, body: dict[str, Any]
) -> None:
    assert nora.refusal_code(method, path, body) == "PERMISSION_DENIED"


def test_the_front_desk_neither_cancels_a_stay_in_house_nor_waives_a_fee(
    fixture: PlatformFixture, nora: StaffClient
) -> None:
    walked = nora.call("POST", "rooms/101/add-guest/", {"guest": ADA}, status=201)["booking_id"]
    to_come = phoned(nora, fixture, begins=1)

    assert nora.refusal_code("POST", f"room-bookings/{walked}/cancel/", {"reason": "ill"}) == "PERMISSION_DENIED"
    waived = {"reason": "ill", "waive_fee": True}
    assert nora.refusal_code("POST", f"room-bookings/{to_come}/cancel/", waived) == "PERMISSION_DENIED"
    assert room(fixture, "101").current_booking_id == walked

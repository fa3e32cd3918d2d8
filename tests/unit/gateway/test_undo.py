"""Undo over HTTP: the commands, the previews, and who may."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.status import BookingStatus
from contracts.bookings.undo import PreviewUndo, UndoCheckIn, UndoCheckOut, UndoNoShow, UndoPreview
from contracts.rooms.events import RoomStatus
from contracts.rooms.undo import UndoRefusal, UndoStep
from contracts.values import Money
from gateway.identity.roles import Role
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code

ABOUT = {"hotel": builders.HOTEL, "booking_id": builders.BOOKING}
UNDER = f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}"
READY = RoomStatus.READY_FOR_GUEST
COMMANDS = [
    ("undo-check-in", {"room_status": READY, "reason": "Oh."}, UndoCheckIn(**ABOUT, room_status=READY, reason="Oh.")),
    ("undo-check-out", {"reason": "Oops."}, UndoCheckOut(**ABOUT, reason="Oops.")),
    ("undo-no-show", None, UndoNoShow(**ABOUT)),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "command"), COMMANDS)
def test_an_undo_reaches_bookings_and_returns_the_booking(
    gateway: Gateway, front_desk: dict[str, str], path: str, body: Any, command: Any
) -> None:
    gateway.bus.answers(type(command), builders.booking())

    answer = gateway.post(f"{UNDER}/{path}/", json=body, headers=front_desk)

    assert (answer.status_code, answer.json()["booking_id"]) == (200, builders.BOOKING)
    assert gateway.bus.asks[-1][0] == command


@pytest.mark.parametrize(("path", "body", "command"), COMMANDS)
def test_an_undo_is_for_those_who_may_check_in(gateway: Gateway, path: str, body: Any, command: Any) -> None:
    cleaner = gateway.accounts.signed_in(builders.staff(Role.HOUSEKEEPING))

    for each in (path, f"{path}/preview"):
        answer = gateway.post(f"{UNDER}/{each}/", json=body if each is path else None, headers=cleaner)
        assert (answer.status_code, code(answer)) == (403, "PERMISSION_DENIED")
    assert gateway.bus.count(type(command)) == 0


def test_a_refused_undo_names_its_reason(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(UndoCheckOut, Refusal("CANNOT_UNDO", "Taken.", reason="ROOM_TAKEN"))

    answer = gateway.post(f"{UNDER}/undo-check-out/", json={}, headers=front_desk)

    assert (answer.status_code, code(answer), answer.json()["reason"]) == (409, "CANNOT_UNDO", "ROOM_TAKEN")


@pytest.mark.parametrize("body", [{}, {"room_status": "OCCUPIED"}])
def test_a_room_is_ready_or_dirty_after_an_undone_check_in(
    gateway: Gateway, front_desk: dict[str, str], body: dict[str, str]
) -> None:
    assert gateway.post(f"{UNDER}/undo-check-in/", json=body, headers=front_desk).status_code == 422


def test_a_preview_says_what_would_be(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(
        PreviewUndo,
        UndoPreview(
            booking_id=builders.BOOKING,
            step=UndoStep.NO_SHOW,
            allowed=False,
            refusals=(UndoRefusal(code="NIGHTS_SOLD", message="Sold."),),
            undo_until=datetime(2026, 8, 15, 23, 0, tzinfo=UTC),
            status=BookingStatus.NO_SHOW,
            room_number=None,
            room_status=None,
            orders_cancelled=0,
            first_night=date(2026, 8, 15),
            balance_due=Money(10900, "EUR"),
            version=7,
        ),
    )

    answer = gateway.post(f"{UNDER}/undo-no-show/preview/", headers=front_desk)

    body = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"7"')
    assert body["refusals"] == [{"code": "NIGHTS_SOLD", "message": "Sold."}]
    assert (body["balance_due"], body["currency"], body["first_night"]) == ("109.00", "EUR", "2026-08-15")
    assert gateway.bus.last(PreviewUndo) == PreviewUndo(**ABOUT, step=UndoStep.NO_SHOW)

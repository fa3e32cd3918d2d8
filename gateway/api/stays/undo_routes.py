"""Undo: a check-in, a check-out or a no-show is taken back, each with a preview."""

from starlette.responses import Response

from contracts.bookings.undo import PreviewUndo, UndoCheckIn, UndoCheckOut, UndoNoShow
from contracts.rooms.undo import UndoStep
from contracts.values import Permission
from gateway.api.bookings.commands import SEVERAL_SERVICES, change_booking
from gateway.api.bookings.responses import StaffBooking
from gateway.api.stays.requests import CheckInUndo, CheckInUndoPreview, Undo
from gateway.api.stays.responses import UndoPreviewed
from gateway.http.fields import NoFields
from gateway.http.request import ApiRequest
from gateway.http.routing import staff_routes

CANNOT = ("CANNOT_UNDO",)

routes = staff_routes("stays", "/room-bookings/{booking_id}", response=StaffBooking, needs=Permission.MANAGE_CHECKIN)


@routes.post("/undo-check-in/", refuses=CANNOT)
async def undo_check_in(request: ApiRequest, body: CheckInUndo) -> Response:
    """Undo a check-in.

    Possible until twelve hours after the check-in. The booking is confirmed again and keeps its room; PIN and Wi-Fi are
    void, open orders are cancelled. `reason` says why a check-in cannot be undone: `NEVER_HAPPENED`, `TOO_LATE`,
    `STAY_OVER` or `NIGHTS_SLEPT`.
    """
    return await change_booking(request, UndoCheckIn, deadline=SEVERAL_SERVICES, **body.model_dump())


@routes.post("/undo-check-in/preview/", response=UndoPreviewed, idempotency_key=False)
async def preview_undo_check_in(request: ApiRequest, body: CheckInUndoPreview) -> Response:
    """Preview the undo of a check-in."""
    return await _preview(request, UndoStep.CHECK_IN, room_status=body.room_status)


@routes.post("/undo-check-out/", refuses=CANNOT)
async def undo_check_out(request: ApiRequest, body: Undo) -> Response:
    """Undo a check-out.

    Possible until twelve hours after the check-out, while nobody else has the room and its remaining nights are unsold.
    The guest is in house again with a new PIN, and the cleaning task of the room is withdrawn. `reason` says why a
    check-out cannot be undone: `NEVER_HAPPENED`, `TOO_LATE`, `ROOM_TAKEN`, `ROOM_NOT_READY` or `NIGHTS_SOLD`.
    """
    return await change_booking(request, UndoCheckOut, deadline=SEVERAL_SERVICES, **body.model_dump())


@routes.post("/undo-check-out/preview/", response=UndoPreviewed, idempotency_key=False)
async def preview_undo_check_out(request: ApiRequest, _: NoFields) -> Response:
    """Preview the undo of a check-out."""
    return await _preview(request, UndoStep.CHECK_OUT)


@routes.post("/undo-no-show/", refuses=CANNOT)
async def undo_no_show(request: ApiRequest, body: Undo) -> Response:
    """Undo a no-show.

    Possible until twelve hours after it, while the nights from today on can be had again. The guest is expected as a
    late arrival; the booking has no room yet. Nothing is refunded: what the hotel has kept counts towards the stay, and
    the rest is `balance_due`. `reason` says why a no-show cannot be undone: `NEVER_HAPPENED`, `TOO_LATE`,
    `REFUND_PENDING`, `NO_NIGHT_LEFT` or `NIGHTS_SOLD`.
    """
    return await change_booking(request, UndoNoShow, deadline=SEVERAL_SERVICES, **body.model_dump())


@routes.post("/undo-no-show/preview/", response=UndoPreviewed, idempotency_key=False)
async def preview_undo_no_show(request: ApiRequest, _: NoFields) -> Response:
    """Preview the undo of a no-show."""
    return await _preview(request, UndoStep.NO_SHOW)


async def _preview(request: ApiRequest, step: UndoStep, *, room_status: str | None = None) -> Response:
    query = request.for_path(PreviewUndo, step=step, room_status=room_status)
    preview = await request.ask(query, deadline=SEVERAL_SERVICES)
    return request.respond(UndoPreviewed.of(preview), version=preview.version)

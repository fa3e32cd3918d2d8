"""What staff write to a guest or note about them, with the system's own mails beside it."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.bookings import Communicate, CommunicationType, ListCommunications
from contracts.values import Permission
from gateway.bodies.in_stay import NewCommunication
from gateway.bodies.stays import Paging
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes import communications as shapes
from gateway.shapes.paging import links

routes = Routes(
    "staff bookings",
    audience=Audience.STAFF,
    under="/api/staff/hotels/{slug}/room-bookings/{booking_id}/communications",
)


@routes.get("/", answers=shapes.CommunicationList)
async def list_communications(call: Call, paging: Annotated[Paging, Query()]) -> Response:
    """What was written to the guest or noted about them, newest first."""
    found = await call.ask(ListCommunications(hotel=call.hotel, booking_id=call.booking_id, page=paging.wanted))
    following, before = links(found.count, paging.wanted, call.query_params)
    rows = tuple(shapes.communication(kept) for kept in found.results)
    return call.answer(shapes.CommunicationList(count=found.count, next=following, previous=before, results=rows))


@routes.post("/", answers=shapes.Communication, status=201, needs=Permission.CONTACT_GUESTS)
async def communicate(call: Call, body: NewCommunication) -> Response:
    """Write to the guest (`EMAIL`, `SMS`), or note a call (`PHONE`) or anything else (`NOTE`).

    What is to be sent is `PENDING` until the mail server took it (`SENT`) or it is given up (`FAILED`).
    """
    kept = await call.ask(
        Communicate(
            hotel=call.hotel,
            booking_id=call.booking_id,
            communication_type=CommunicationType(body.communication_type),
            message=body.message,
            subject=body.subject,
            recipient=body.recipient,
        )
    )
    return call.answer(shapes.communication(kept))

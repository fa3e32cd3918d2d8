"""What staff write to a guest or note about them, with the system's own mails beside it."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.bookings import Communicate, CommunicationType, ListCommunications
from contracts.values import Permission
from gateway.api.messages import responses as shapes
from gateway.api.messages.requests import NewCommunication
from gateway.http.pages import links
from gateway.http.paging import Paging
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes(
    "staff bookings",
    audience=Audience.STAFF,
    under="/api/staff/hotels/{slug}/room-bookings/{booking_id}/communications",
)


@routes.get("/", response=shapes.CommunicationList)
async def list_communications(request: ApiRequest, paging: Annotated[Paging, Query()]) -> Response:
    """What was written to the guest or noted about them, newest first."""
    found = await request.ask(
        ListCommunications(hotel=request.hotel, booking_id=request.booking_id, page=paging.wanted)
    )
    following, before = links(found.count, paging.wanted, request.query_params)
    rows = tuple(shapes.communication(kept) for kept in found.results)
    return request.respond(shapes.CommunicationList(count=found.count, next=following, previous=before, results=rows))


@routes.post("/", response=shapes.Communication, status=201, needs=Permission.CONTACT_GUESTS)
async def communicate(request: ApiRequest, body: NewCommunication) -> Response:
    """Write to the guest (`EMAIL`, `SMS`), or note a call (`PHONE`) or anything else (`NOTE`).

    What is to be sent is `PENDING` until the mail server took it (`SENT`) or it is given up (`FAILED`).
    """
    kept = await request.ask(
        Communicate(
            hotel=request.hotel,
            booking_id=request.booking_id,
            communication_type=CommunicationType(body.communication_type),
            message=body.message,
            subject=body.subject,
            recipient=body.recipient,
        )
    )
    return request.respond(shapes.communication(kept))

"""The chat of a booking: its guest on one side, the hotel's staff on the other, the same doors for both."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.bookings import GetChat, ListChats, ReadChat, SendChatMessage
from contracts.values import Permission
from gateway.api.messages import chat_responses as shapes
from gateway.api.messages.requests import AfterMessage, ChatFilters, NewChatMessage, Reading
from gateway.http.pages import links
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

GUESTS = "/api/public/hotels/{slug}/room-bookings/{booking_id}/chat/messages"
STAFFS = "/api/staff/hotels/{slug}/room-bookings/{booking_id}/chat/messages"
CLOSED = ("CHAT_CLOSED",)

routes = Routes("chat", audience=Audience.STAFF)


async def _shown(request: ApiRequest, query: AfterMessage) -> Response:
    ask = GetChat(hotel=request.hotel, booking_id=request.booking_id, after=query.after, page=query.wanted)
    found = await request.ask(ask)
    return request.respond(shapes.chat(found, links(found.count, query.wanted, request.query_params)))


async def _sent(request: ApiRequest, body: NewChatMessage) -> Response:
    said = await request.ask(SendChatMessage(hotel=request.hotel, booking_id=request.booking_id, text=body.text))
    return request.respond(shapes.message(said))


async def _read(request: ApiRequest, body: Reading) -> Response:
    read = await request.ask(ReadChat(hotel=request.hotel, booking_id=request.booking_id, up_to=body.up_to))
    return request.respond(shapes.ChatRead(**vars(read)))


@routes.get(f"{GUESTS}/", response=shapes.Chat, audience=Audience.GUEST, refuses=("READ_ONLY_TOKEN",))
async def get_own_chat(request: ApiRequest, query: Annotated[AfterMessage, Query()]) -> Response:
    """The guest's chat with the hotel, newest first. It ends with the booking."""
    return await _shown(request, query)


@routes.post(f"{GUESTS}/", response=shapes.ChatMessage, status=201, audience=Audience.GUEST, refuses=CLOSED)
async def write_to_hotel(request: ApiRequest, body: NewChatMessage) -> Response:
    """Write to the hotel."""
    return await _sent(request, body)


@routes.post(f"{GUESTS}/read/", response=shapes.ChatRead, audience=Audience.GUEST)
async def read_own_chat(request: ApiRequest, body: Reading) -> Response:
    """Note how far the guest has read."""
    return await _read(request, body)


@routes.get(f"{STAFFS}/", response=shapes.Chat, needs=Permission.CONTACT_GUESTS)
async def get_chat(request: ApiRequest, query: Annotated[AfterMessage, Query()]) -> Response:
    """The chat with a guest, newest first. It ends with the booking; what was said stays in the timeline."""
    return await _shown(request, query)


@routes.post(f"{STAFFS}/", response=shapes.ChatMessage, status=201, needs=Permission.CONTACT_GUESTS, refuses=CLOSED)
async def write_to_guest(request: ApiRequest, body: NewChatMessage) -> Response:
    """Write to the guest."""
    return await _sent(request, body)


@routes.post(f"{STAFFS}/read/", response=shapes.ChatRead, needs=Permission.CONTACT_GUESTS)
async def read_chat(request: ApiRequest, body: Reading) -> Response:
    """Note how far staff have read."""
    return await _read(request, body)


@routes.get("/api/staff/hotels/{slug}/chats/", response=shapes.ChatList, needs=Permission.CONTACT_GUESTS)
async def list_chats(request: ApiRequest, filters: Annotated[ChatFilters, Query()]) -> Response:
    """The hotel's open chats, the latest message first."""
    found = await request.ask(ListChats(hotel=request.hotel, only_unread=filters.unread, page=filters.wanted))
    following, before = links(found.count, filters.wanted, request.query_params)
    rows = tuple(shapes.OpenChat(**vars(row)) for row in found.results)
    return request.respond(shapes.ChatList(count=found.count, next=following, previous=before, results=rows))

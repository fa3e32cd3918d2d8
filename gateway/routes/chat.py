"""The chat of a booking: its guest on one side, the hotel's staff on the other, the same doors for both."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.bookings import GetChat, ListChats, ReadChat, SendChatMessage
from contracts.values import Permission
from gateway.bodies.in_stay import AfterMessage, ChatFilters, NewChatMessage, Reading
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes import chat as shapes
from gateway.shapes.paging import links

GUESTS = "/api/public/hotels/{slug}/room-bookings/{booking_id}/chat/messages"
STAFFS = "/api/staff/hotels/{slug}/room-bookings/{booking_id}/chat/messages"
CLOSED = ("CHAT_CLOSED",)

routes = Routes("chat", audience=Audience.STAFF)


async def _shown(call: Call, query: AfterMessage) -> Response:
    ask = GetChat(hotel=call.hotel, booking_id=call.booking_id, after=query.after, page=query.wanted)
    found = await call.ask(ask)
    return call.answer(shapes.chat(found, links(found.count, query.wanted, call.query_params)))


async def _sent(call: Call, body: NewChatMessage) -> Response:
    said = await call.ask(SendChatMessage(hotel=call.hotel, booking_id=call.booking_id, text=body.text))
    return call.answer(shapes.message(said))


async def _read(call: Call, body: Reading) -> Response:
    read = await call.ask(ReadChat(hotel=call.hotel, booking_id=call.booking_id, up_to=body.up_to))
    return call.answer(shapes.ChatRead(**vars(read)))


@routes.get(f"{GUESTS}/", answers=shapes.Chat, audience=Audience.GUEST, refuses=("READ_ONLY_TOKEN",))
async def get_own_chat(call: Call, query: Annotated[AfterMessage, Query()]) -> Response:
    """The guest's chat with the hotel, newest first. It ends with the booking."""
    return await _shown(call, query)


@routes.post(f"{GUESTS}/", answers=shapes.ChatMessage, status=201, audience=Audience.GUEST, refuses=CLOSED)
async def write_to_hotel(call: Call, body: NewChatMessage) -> Response:
    """Write to the hotel."""
    return await _sent(call, body)


@routes.post(f"{GUESTS}/read/", answers=shapes.ChatRead, audience=Audience.GUEST)
async def read_own_chat(call: Call, body: Reading) -> Response:
    """Note how far the guest has read."""
    return await _read(call, body)


@routes.get(f"{STAFFS}/", answers=shapes.Chat, needs=Permission.CONTACT_GUESTS)
async def get_chat(call: Call, query: Annotated[AfterMessage, Query()]) -> Response:
    """The chat with a guest, newest first. It ends with the booking; what was said stays in the timeline."""
    return await _shown(call, query)


@routes.post(f"{STAFFS}/", answers=shapes.ChatMessage, status=201, needs=Permission.CONTACT_GUESTS, refuses=CLOSED)
async def write_to_guest(call: Call, body: NewChatMessage) -> Response:
    """Write to the guest."""
    return await _sent(call, body)


@routes.post(f"{STAFFS}/read/", answers=shapes.ChatRead, needs=Permission.CONTACT_GUESTS)
async def read_chat(call: Call, body: Reading) -> Response:
    """Note how far staff have read."""
    return await _read(call, body)


@routes.get("/api/staff/hotels/{slug}/chats/", answers=shapes.ChatList, needs=Permission.CONTACT_GUESTS)
async def list_chats(call: Call, filters: Annotated[ChatFilters, Query()]) -> Response:
    """The hotel's open chats, the latest message first."""
    found = await call.ask(ListChats(hotel=call.hotel, only_unread=filters.unread, page=filters.wanted))
    following, before = links(found.count, filters.wanted, call.query_params)
    rows = tuple(shapes.OpenChat(**vars(row)) for row in found.results)
    return call.answer(shapes.ChatList(count=found.count, next=following, previous=before, results=rows))

"""Messages: the chat between a guest and the hotel's staff, and the staff's communications with a guest."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.bookings.chat import ChatRead, GetChat, ListChats, OpenChat, ReadChat, SendChatMessage
from contracts.bookings.communications import Communicate, Communication, CommunicationType, ListCommunications
from contracts.values import Permission
from gateway.api.messages.requests import ChatFilters, ChatQuery, CommunicationBody, NewChatMessage, ReadMarker
from gateway.api.messages.responses import ChatMessageWithSender, ChatPage, chat_message
from gateway.http.pages import Paging, page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.http.views import view
from gateway.identity.admission import Audience

STAFF_PATH = "/api/staff/hotels/{slug}"
CONTACT = Permission.CONTACT_GUESTS
CLOSED = ("CHAT_CLOSED",)
CHAT_READ = view(ChatRead)

guest_chat = Routes(
    "chat", audience=Audience.GUEST, under="/api/public/hotels/{slug}/room-bookings/{booking_id}/chat/messages"
)
chat = Routes("chat", audience=Audience.STAFF, under=STAFF_PATH + "/room-bookings/{booking_id}/chat/messages")
chats = Routes("chat", audience=Audience.STAFF, under=STAFF_PATH + "/chats")
communications = Routes(
    "staff bookings", audience=Audience.STAFF, under=STAFF_PATH + "/room-bookings/{booking_id}/communications"
)


async def _list(request: ApiRequest, query: ChatQuery) -> Response:
    reply = await request.ask(request.for_booking(GetChat, after=query.after, page=query.slice))
    return request.respond_page(chat_message, reply, query, is_open=reply.is_open, unread=reply.unread)


async def _send(request: ApiRequest, body: NewChatMessage) -> Response:
    return request.respond(chat_message(await request.ask(request.for_booking(SendChatMessage, text=body.text))))


async def _mark_read(request: ApiRequest, body: ReadMarker) -> Response:
    return await request.answer(request.for_booking(ReadChat, up_to=body.up_to))


@guest_chat.get("/", response=ChatPage, refuses=("READ_ONLY_TOKEN",))
async def get_own_chat(request: ApiRequest, query: Annotated[ChatQuery, Query()]) -> Response:
    """List the guest's chat messages.

    Newest first. The chat closes when the booking ends.
    """
    return await _list(request, query)


@guest_chat.post("/", response=ChatMessageWithSender, status=201, refuses=CLOSED)
async def write_to_hotel(request: ApiRequest, body: NewChatMessage) -> Response:
    """Send a chat message to the hotel."""
    return await _send(request, body)


@guest_chat.post("/read/", response=CHAT_READ)
async def read_own_chat(request: ApiRequest, body: ReadMarker) -> Response:
    """Mark the hotel's chat messages as read."""
    return await _mark_read(request, body)


@chat.get("/", response=ChatPage, needs=CONTACT)
async def get_chat(request: ApiRequest, query: Annotated[ChatQuery, Query()]) -> Response:
    """List the chat messages of a booking.

    Newest first. The chat closes when the booking ends; its messages remain in the timeline.
    """
    return await _list(request, query)


@chat.post("/", response=ChatMessageWithSender, status=201, needs=CONTACT, refuses=CLOSED)
async def write_to_guest(request: ApiRequest, body: NewChatMessage) -> Response:
    """Send a chat message to the guest."""
    return await _send(request, body)


@chat.post("/read/", response=CHAT_READ, needs=CONTACT)
async def read_chat(request: ApiRequest, body: ReadMarker) -> Response:
    """Mark the guest's chat messages as read."""
    return await _mark_read(request, body)


@chats.get("/", response=page_of(OpenChat), needs=CONTACT)
async def list_chats(request: ApiRequest, filters: Annotated[ChatFilters, Query()]) -> Response:
    """List open chats.

    The chat with the latest message comes first.
    """
    query = ListChats(hotel=request.hotel, only_unread=filters.unread, page=filters.slice)
    return await request.answer_page(query, filters)


@communications.get("/", response=page_of(Communication))
async def list_communications(request: ApiRequest, paging: Annotated[Paging, Query()]) -> Response:
    """List the communications of a booking.

    Newest first. Mails that the system sends are included, without their text.
    """
    return await request.answer_page(request.for_booking(ListCommunications, page=paging.slice), paging)


@communications.post("/", response=view(Communication), status=201, needs=CONTACT)
async def communicate(request: ApiRequest, body: CommunicationBody) -> Response:
    """Create a communication.

    Sends a mail (`EMAIL`) or text message (`SMS`) to the guest, or notes a call (`PHONE`) or anything else (`NOTE`).
    `delivery_status` is `PENDING` until the mail server accepts the mail (`SENT`) or the last attempt fails (`FAILED`).
    """
    fields = {**body.model_dump(), "communication_type": CommunicationType(body.communication_type)}
    return await request.answer(request.for_booking(Communicate, **fields))

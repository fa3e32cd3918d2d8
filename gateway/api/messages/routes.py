"""Messages: the chat between a guest and the hotel's staff, and the staff's communications with a guest."""

from starlette.responses import Response

from contracts.bookings.chat import ChatRead, GetChat, ListChats, OpenChat, ReadChat, SendChatMessage
from contracts.bookings.communications import Communicate, Communication, CommunicationType, ListCommunications
from contracts.values import Permission
from gateway.api.messages.requests import ChatFilters, ChatQuery, CommunicationBody, NewChatMessage, ReadMarker
from gateway.api.messages.responses import ChatMessageWithSender, ChatPage, chat_message
from gateway.http.fields import FromQuery
from gateway.http.pages import Paging, page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import guest_routes, staff_routes
from gateway.http.views import view

CONTACT = Permission.CONTACT_GUESTS
CLOSED = ("CHAT_CLOSED",)
CHAT_READ = view(ChatRead)

guest_chat = guest_routes("chat", "/chat/messages")
chat = staff_routes("chat", "/room-bookings/{booking_id}/chat/messages", needs=CONTACT)
chats = staff_routes("chat", "/chats", needs=CONTACT)
communications = staff_routes("staff bookings", "/room-bookings/{booking_id}/communications")


async def _list(request: ApiRequest, query: ChatQuery) -> Response:
    reply = await request.ask(request.for_path(GetChat, **query.values))
    more = {"is_open": reply.is_open, "unread": reply.unread}
    return request.respond_page(chat_message, reply.results, count=reply.count, paging=query, **more)


async def _send(request: ApiRequest, body: NewChatMessage) -> Response:
    message = await request.ask(request.for_path(SendChatMessage, text=body.text))
    return request.respond(chat_message(message))


async def _mark_read(request: ApiRequest, body: ReadMarker) -> Response:
    return await request.answer(request.for_path(ReadChat, up_to=body.up_to))


@guest_chat.get("/", response=ChatPage, refuses=("BOOKING_ENDED",))
async def get_own_chat(request: ApiRequest, query: FromQuery[ChatQuery]) -> Response:
    """List the guest's chat messages. The newest message comes first. The chat closes when the booking ends."""
    return await _list(request, query)


@guest_chat.post("/", response=ChatMessageWithSender, status=201, refuses=CLOSED)
async def write_to_hotel(request: ApiRequest, body: NewChatMessage) -> Response:
    """Send a chat message to the hotel."""
    return await _send(request, body)


@guest_chat.post("/read/", response=CHAT_READ)
async def read_own_chat(request: ApiRequest, body: ReadMarker) -> Response:
    """Mark the hotel's chat messages as read."""
    return await _mark_read(request, body)


@chat.get("/", response=ChatPage)
async def get_chat(request: ApiRequest, query: FromQuery[ChatQuery]) -> Response:
    """List the chat messages of a booking.

    The newest message comes first. The chat closes when the booking ends; its messages remain in the timeline.
    """
    return await _list(request, query)


@chat.post("/", response=ChatMessageWithSender, status=201, refuses=CLOSED)
async def write_to_guest(request: ApiRequest, body: NewChatMessage) -> Response:
    """Send a chat message to the guest."""
    return await _send(request, body)


@chat.post("/read/", response=CHAT_READ)
async def read_chat(request: ApiRequest, body: ReadMarker) -> Response:
    """Mark the guest's chat messages as read."""
    return await _mark_read(request, body)


@chats.get("/", response=page_of(OpenChat))
async def list_chats(request: ApiRequest, filters: FromQuery[ChatFilters]) -> Response:
    """List open chats. The chat with the latest message comes first."""
    query = request.for_path(ListChats, only_unread=filters.unread, page=filters.slice)
    return await request.answer_page(query, filters)


@communications.get("/", response=page_of(Communication))
async def list_communications(request: ApiRequest, paging: FromQuery[Paging]) -> Response:
    """List the communications of a booking. Newest first. Mails of the system are included, without their text."""
    return await request.answer_page(request.for_path(ListCommunications, **paging.values), paging)


@communications.post("/", response=view(Communication), status=201, needs=CONTACT)
async def communicate(request: ApiRequest, body: CommunicationBody) -> Response:
    """Create a communication.

    Sends a mail (`EMAIL`) or text message (`SMS`) to the guest, or notes a call (`PHONE`) or anything else (`NOTE`).
    `delivery_status` is `PENDING` until the mail server accepts the mail (`SENT`) or the last attempt fails (`FAILED`).
    """
    fields = {**body.model_dump(), "communication_type": CommunicationType(body.communication_type)}
    return await request.answer(request.for_path(Communicate, **fields))

"""What guests and staff send each other, and what guests in house order."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from gateway.http.fields import Body, Count
from gateway.http.paging import Paging

AsyncioConnectionKeeper = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Message = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000, pattern=r"^[^\x00]*$")]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$")]
Price = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,3})?$")]
Number = Annotated[Count, Field(ge=1, le=2**31 - 1)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=50, pattern=r"^[^\x00-\x1f\x7f]*$")]
ItemName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class NewChatMessage(Body):
    """A message to the other side."""

    text: Text


class Reading(Body):
    """How far one has read; without a number, everything."""

    up_to: Number | None = None


class AfterMessage(Paging):
    """Which slice of a chat, newest first; `after` leaves out what was there before that message."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class ChatFilters(Paging):
    """Which chats."""

    unread: Annotated[bool, Field(description="Only those with unread messages.")] = False


class NewCommunication(Body):
    """A mail or text message to the guest, or a record of what was said."""

    communication_type: Literal["EMAIL", "SMS", "PHONE", "NOTE"]
    message: Message
    subject: AsyncioConnectionKeeper = ""
    recipient: AsyncioConnectionKeeper = Field("", description="Without one, the guest's own address or number.")


class WantedItem(Body):
    """So many of a menu item."""

    item_id: Number
    quantity: Annotated[Count, Field(ge=1, le=50)] = 1


class NewOrder(Body):
    """What the guest wants brought."""

    items: Annotated[list[WantedItem], Field(min_length=1, max_length=30)]
    note: Note = ""


class OrderFilters(Paging):
    """Which orders."""

    status: Annotated[str, Field(description="`PLACED`, `ACCEPTED`, `COMPLETED` or `CANCELLED`.")] = ""


class CallingOff(Body):
    """Why an order will not be served."""

    reason: Note = ""


class NewMenuItem(Body):
    """Something for the menu. The price is in major units of the hotel's currency."""

    name: ItemName
    price: Price
    description: Note = ""
    category: Word = ""
    is_available: bool = True


class MenuItemChange(Body):
    """What changes of a menu item; what is left out stays."""

    name: ItemName | None = None
    price: Price | None = None
    description: Note | None = None
    category: Word | None = None
    is_available: bool | None = None


class PushToken(Body):
    """The (FCM) push token of the guest's phone; null forgets it."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$")] | None


class LookupQuery(BaseModel):
    """What the guest remembers: one of the two, or both."""

    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")] = ""
    confirmation_number: Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")] = ""

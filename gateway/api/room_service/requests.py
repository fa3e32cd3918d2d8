"""Requests about menus and orders."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from contracts.bookings.orders import OrderStatus
from gateway.http.fields import Body, Category, Count, Id, Name, Note, choice_filter
from gateway.http.pages import Paging

Price = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,3})?$")]


class OrderedItem(Body):
    """A menu item and its quantity."""

    item_id: Id
    quantity: Annotated[Count, Field(ge=1, le=50)] = Field(1, examples=[2])


class NewOrder(Body):
    """An order."""

    items: Annotated[list[OrderedItem], Field(min_length=1, max_length=30)]
    note: Note = Field("", examples=["Without ice, please."])


class OrderFilters(Paging):
    """Filters of a list of orders."""

    status: str = Field("", description="`PLACED`, `ACCEPTED`, `COMPLETED` or `CANCELLED`.")

    @property
    def values(self) -> dict[str, Any]:
        """The fields of `ListOrders`. Refused `INVALID_FILTER`."""
        return super().values | {"status": choice_filter("status", self.status, OrderStatus)}


class OrderCancellation(Body):
    """The reason why an order is cancelled."""

    reason: Note = Field("", examples=["The kitchen is closed."])


class NewMenuItem(Body):
    """A menu item. The price is in major units of the hotel's currency."""

    name: Name = Field(examples=["Sparkling water"])
    price: Price = Field(examples=["4.50"])
    description: Note = Field("", examples=["From our own spring."])
    category: Category = Field("", examples=["Drinks"])
    is_available: bool = True


class MenuItemChange(Body):
    """Fields to change. A field that is not sent keeps its value."""

    name: Name | None = None
    price: Price | None = Field(None, examples=["4.50"])
    description: Note | None = None
    category: Category | None = None
    is_available: bool | None = None


class PushToken(Body):
    """The FCM push token of the guest's phone; null removes the token."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$")] | None = Field(
        examples=["fMEP0vJqS0:APA91b"]
    )

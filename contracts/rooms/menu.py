"""The room-service menu of a hotel, and the price of an order."""

from dataclasses import field

from contracts.data import Data
from contracts.message import Command, Event, Nothing, Query
from contracts.values import Money


class MenuChanged(Event):
    """An item of the hotel's menu was added, changed or removed."""

    hotel: str
    item_id: int

    @property
    def subject(self) -> str:
        return f"menu/{self.hotel}"


class MenuItem(Data):
    """An item of the menu. Guests can order an item while `is_available` is True."""

    id: int
    name: str
    description: str
    category: str
    price: Money
    is_available: bool


class Menu(Data):
    """A hotel's menu, ordered by category and name."""

    items: tuple[MenuItem, ...]


class PricedItem(Data):
    """A menu item at its current price, and the ordered quantity."""

    item: MenuItem
    quantity: int


class PricedItems(Data):
    """The items of an order at their current prices."""

    items: tuple[PricedItem, ...]


class GetMenu(Query[Menu]):
    """Return a hotel's menu. Refused `HOTEL_NOT_FOUND`."""

    hotel: str
    only_available: bool = False


class GetMenuItem(Query[MenuItem]):
    """Return one menu item. Refused `MENU_ITEM_NOT_FOUND`."""

    hotel: str
    item_id: int


class AddMenuItem(Command[MenuItem]):
    """Add an item to the menu. `price` is in major units (`"12.50"`)."""

    hotel: str
    name: str
    price: str
    description: str = ""
    category: str = ""
    is_available: bool = True


class ChangeMenuItem(Command[MenuItem]):
    """Change a menu item. A field that is None keeps its value; existing orders keep their prices."""

    hotel: str
    item_id: int
    name: str | None = None
    price: str | None = None
    description: str | None = None
    category: str | None = None
    is_available: bool | None = None


class RemoveMenuItem(Command[Nothing]):
    """Remove an item from the menu. Refused `MENU_ITEM_NOT_FOUND`."""

    hotel: str
    item_id: int


class PriceItems(Query[PricedItems]):
    """Return the current prices of the items of an order; `quantities` is keyed by item id.

    Refused `MENU_ITEM_NOT_FOUND`, `MENU_ITEM_UNAVAILABLE`.
    """

    hotel: str
    quantities: dict[int, int] = field(default_factory=dict)

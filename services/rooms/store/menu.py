"""Room-service menus. Prices are in minor units of the hotel's currency."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from chassis.database.arrays import one_of
from contracts.rooms.menu import MenuItem
from contracts.values import Money
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.menu import NEW
from services.rooms.store.base import RoomsStore, typed_row

ITEM = sa.Table(
    "menu_item",
    sa.MetaData(),
    sa.Column("hotel", sa.Text, primary_key=True),
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("description", sa.Text),
    sa.Column("category", sa.Text),
    sa.Column("price", sa.BigInteger),
    sa.Column("is_available", sa.Boolean),
    sa.Column("version", sa.Integer),
)
IDS = range(1, 2**63)  # a larger number is no item's, and cannot be sent as a value of the column
FIELDS = ("name", "description", "category", "is_available")


class SqlMenu(RoomsStore):
    """The table `menu_item`. The caller of a write has locked the hotel."""

    def of(self, hotel: Hotel, *, only_available: bool = False) -> list[MenuItem]:
        """The hotel's menu items, ordered by category and name."""
        query = sa.select(ITEM).where(ITEM.c.hotel == hotel.slug).order_by(ITEM.c.category, ITEM.c.name, ITEM.c.id)
        if only_available:
            query = query.where(ITEM.c.is_available)
        return [_item_of(row, hotel) for row in self._connection.execute(query)]

    def with_ids(self, hotel: Hotel, ids: Collection[int]) -> list[MenuItem]:
        """The hotel's items with these ids."""
        possible = [item_id for item_id in ids if item_id in IDS]
        query = sa.select(ITEM).where(ITEM.c.hotel == hotel.slug, one_of(ITEM.c.id, possible))
        return [_item_of(row, hotel) for row in self._connection.execute(query)]

    def get(self, hotel: Hotel, item_id: int) -> MenuItem | None:
        """One menu item, None where the hotel has no such item."""
        return next(iter(self.with_ids(hotel, (item_id,))), None)

    def put(self, hotel: Hotel, item: MenuItem) -> int:
        """Insert or replace an item; returns its id."""
        values = {name: getattr(item, name) for name in FIELDS} | {"price": item.price.amount}
        if item.id == NEW:
            added = ITEM.insert().values(hotel=hotel.slug, **values).returning(ITEM.c.id)
            return int(self._connection.execute(added).scalar_one())
        of_hotel = (ITEM.c.id == item.id) & (ITEM.c.hotel == hotel.slug)
        self._connection.execute(ITEM.update().where(of_hotel).values(version=ITEM.c.version + 1, **values))
        return item.id

    def version(self, hotel: Hotel, item_id: int) -> int:
        """The version of an item, which is 1 at first and grows by 1 with each change."""
        of_hotel = (ITEM.c.id == item_id) & (ITEM.c.hotel == hotel.slug)
        return int(self._connection.execute(sa.select(ITEM.c.version).where(of_hotel)).scalar_one())

    def remove(self, hotel: Hotel, item_id: int) -> bool:
        """Delete an item; returns False where the hotel has no such item."""
        of_hotel = (ITEM.c.id == item_id) & (ITEM.c.hotel == hotel.slug)
        return self._connection.execute(ITEM.delete().where(of_hotel)).rowcount > 0


def _item_of(row: Any, hotel: Hotel) -> MenuItem:
    return typed_row(MenuItem, row, price=Money(row.price, hotel.currency))

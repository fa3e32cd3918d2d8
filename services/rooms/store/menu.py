"""Menus as they are stored. Amounts are minor units of the hotel's currency."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from contracts.rooms import MenuItem
from contracts.values import Money

ITEM = sa.Table(
    "menu_item",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("hotel", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("description", sa.Text),
    sa.Column("category", sa.Text),
    sa.Column("price", sa.BigInteger),
    sa.Column("is_available", sa.Boolean),
    sa.Column("version", sa.Integer),
)


class Menus:
    """Every hotel's menu."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of(self, hotel: str, currency: str, *, only_available: bool = False) -> list[MenuItem]:
        """A hotel's items by category and name."""
        wanted = sa.select(ITEM).where(ITEM.c.hotel == hotel).order_by(ITEM.c.category, ITEM.c.name, ITEM.c.id)
        if only_available:
            wanted = wanted.where(ITEM.c.is_available)
        return [_item(row, currency) for row in self._connection.execute(wanted)]

    def among(self, hotel: str, currency: str, ids: Collection[int]) -> list[MenuItem]:
        """Those of these items that are the hotel's."""
        wanted = sa.select(ITEM).where(ITEM.c.hotel == hotel, ITEM.c.id.in_(ids))
        return [_item(row, currency) for row in self._connection.execute(wanted)]

    def add(self, hotel: str, currency: str, fields: Mapping[str, Any]) -> MenuItem:
        """A new item."""
        added = ITEM.insert().values(hotel=hotel, **fields).returning(ITEM)
        return _item(self._connection.execute(added).one(), currency)

    def change(self, hotel: str, currency: str, item_id: int, fields: Mapping[str, Any]) -> tuple[MenuItem, int] | None:
        """The item with these fields, and its version; None where the hotel has none."""
        mine = (ITEM.c.id == item_id) & (ITEM.c.hotel == hotel)
        changed = ITEM.update().where(mine).values(version=ITEM.c.version + 1, **fields).returning(ITEM)
        row = self._connection.execute(changed).first()
        return (_item(row, currency), row.version) if row else None

    def remove(self, hotel: str, item_id: int) -> int | None:
        """Off the menu: the version it had; None where the hotel has none."""
        mine = (ITEM.c.id == item_id) & (ITEM.c.hotel == hotel)
        version: int | None = self._connection.execute(ITEM.delete().where(mine).returning(ITEM.c.version)).scalar()
        return version


def _item(row: Any, currency: str) -> MenuItem:
    plain = {name: getattr(row, name) for name in ("id", "name", "description", "category", "is_available")}
    return MenuItem(**plain, price=Money(row.price, currency))

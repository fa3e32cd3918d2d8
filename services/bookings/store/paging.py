"""Reads a page of a list and the length of the list."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from contracts.values import Page

_COUNT = "total_count"


def paged(connection: sa.Connection, ordered: sa.Select[Any], page: Page) -> tuple[Sequence[Any], int]:
    """The page's rows, and the count of all rows. Only a page after the last one needs a second statement."""
    counted = ordered.add_columns(sa.func.count().over().label(_COUNT))
    rows = connection.execute(counted.limit(page.page_size).offset((page.page - 1) * page.page_size)).all()
    if rows or page.page == 1:
        return rows, rows[0]._mapping[_COUNT] if rows else 0
    return rows, int(connection.execute(sa.select(sa.func.count()).select_from(ordered.subquery())).scalar_one())

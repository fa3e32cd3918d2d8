"""The base class of the stores, and functions that convert rows and search texts."""

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa

from chassis import codec
from chassis.transactions.store import SqlStore
from contracts.values import Page
from services.rooms.domain.mapping import complete, field_names

T = TypeVar("T")
Params = dict[str, Any]


class RoomsStore(SqlStore):
    """The base class of the stores, whose methods convert each row with `of_row`."""

    def _one(self, of_row: Callable[[Any], T], statement: sa.TextClause, params: Params) -> T | None:
        row = self._execute(statement, params).one_or_none()
        return of_row(row) if row else None

    def _all(self, of_row: Callable[[Any], T], statement: sa.TextClause, params: Params) -> list[T]:
        return [of_row(row) for row in self._execute(statement, params)]

    def _number(self, statement: sa.TextClause, params: Params) -> int:
        return int(self._execute(statement, params).scalar_one())

    def _page(
        self, of_row: Callable[[Any], T], *, count: sa.TextClause, rows: sa.TextClause, params: Params, page: Page
    ) -> tuple[int, list[T]]:
        """The number of all matching rows, and the values of the rows of the page."""
        limits = {"limit": page.page_size, "skip": (page.page - 1) * page.page_size}
        return self._number(count, params), self._all(of_row, rows, params | limits)


def typed_row(kind: type[T], row: Any, **values: Any) -> T:
    """An instance of the dataclass `kind`. A field comes from `values` or else from the column of the same name.

    Raises `TypeError` for a field without a column, even if the field has a default.
    """
    return codec.typed(complete(kind, _columns(kind, row) | values), kind)


def _columns(kind: type, row: Any) -> Params:
    columns = row._asdict()
    return {name: columns[name] for name in field_names(kind) if name in columns}


def matches(*columns: str) -> str:
    """The condition that one of the columns contains the text `:search`; true for a search without visible text.

    The database's function `search_key` leaves out case, accents and compatibility forms on both sides.
    """
    contained = (f"position(search_key(:search) IN search_key({column})) > 0" for column in columns)
    return f"(search_key(:search) = '' OR {' OR '.join(contained)})"

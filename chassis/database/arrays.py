"""Conditions over any number of values, as arrays: one parameter each, so that the text of a statement never changes.

A statement whose text grows with its values is compiled, planned and prepared anew for each number of them.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa


def one_of(column: sa.ColumnElement[Any], values: Iterable[Any] | str) -> sa.ColumnElement[bool]:
    """Whether the column has one of these values, or of those in the list that is the parameter of this name."""
    array = _array_of(column)
    given = sa.bindparam(values, type_=array) if isinstance(values, str) else sa.literal(list(values), array)
    return column == sa.any_(sa.cast(given, array))


def one_of_constants(column: sa.ColumnElement[Any], names: Collection[str]) -> sa.ColumnElement[bool]:
    """Whether the column has one of these names, which the code fixes: part of the text, they fit partial indexes."""
    return column.in_([sa.literal_column(f"'{name}'") for name in sorted(names)]) if names else sa.false()


def one_row_of(columns: Mapping[str, sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    """Whether these columns, by parameter, are a row of the parameters: each is a list with one value of every row.

    An index serves this condition alone or under AND, and not under OR.
    """
    arrays = [
        sa.cast(sa.bindparam(name, type_=_array_of(column)), _array_of(column)) for name, column in columns.items()
    ]
    given = sa.func.unnest(*arrays).table_valued(*columns).render_derived()
    return sa.tuple_(*columns.values()).in_(sa.select(given))


def _array_of(column: sa.ColumnElement[Any]) -> sa.ARRAY[Any]:
    return sa.ARRAY(sa.Text() if isinstance(column.type, sa.String) else column.type)

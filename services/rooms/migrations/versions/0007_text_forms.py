"""Adds the function `search_key`, and writes the texts of hotels in composed form (NFC)."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis import codec
from chassis.text import normalised_data

revision = "0007"
down_revision = "0006"

# `chassis.text.search_key` in SQL: without case, accents, compatibility forms, invisible characters, repeated blanks.
SEARCH_KEY = r"""
CREATE FUNCTION search_key(entered text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT btrim(regexp_replace(
    replace(replace(replace(replace(translate(
        regexp_replace(
            normalize(lower(normalize(entered, NFKD)), NFKD),
            '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u0655\u3099\u309a\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]',
            '', 'g'
        ),
        U&'\0131øđðħłŧ', 'ioddhlt'
    ), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
    '\s+', ' ', 'g'
))
$$
"""
# The columns with texts that people enter, and the primary key, by table.
TEXTS = {
    "hotel": (("slug",), ("name", "page", "imported", "wifi")),
    "room_type": (("id",), ("name", "bed_setup")),
    "cancellation_policy": (("hotel", "code"), ("name", "terms")),
    "menu_item": (("id",), ("name", "description", "category")),
}
JSON = {"page", "imported", "wifi", "terms"}


def upgrade() -> None:
    connection = op.get_bind()
    connection.execute(sa.text(SEARCH_KEY))
    if not op.get_context().as_sql:
        for table, (key, columns) in TEXTS.items():
            _normalise(connection, table, key, columns)


def _normalise(connection: sa.Connection, table: str, key: tuple[str, ...], columns: tuple[str, ...]) -> None:
    texts = " || ".join(f"coalesce(CAST({name} AS text), '')" for name in columns)
    others = sa.text(f"SELECT {', '.join((*key, *columns))} FROM {table} WHERE {texts} ~ '[^ -~]'")  # noqa: S608
    for row in connection.execute(others).mappings().all():
        new = {name: normalised_data(row[name]) for name in columns}
        if any(new[name] != row[name] for name in columns):
            connection.execute(_update(table, key, columns), {**row, **{name: _stored(new[name]) for name in columns}})


def _update(table: str, key: tuple[str, ...], columns: tuple[str, ...]) -> sa.TextClause:
    values = ", ".join(f"{name} = CAST(:{name} AS jsonb)" if name in JSON else f"{name} = :{name}" for name in columns)
    same = " AND ".join(f"{name} = :{name}" for name in key)
    return sa.text(f"UPDATE {table} SET {values} WHERE {same}")  # noqa: S608


def _stored(value: Any) -> Any:
    return codec.encode(value).decode() if isinstance(value, (dict, list)) else value

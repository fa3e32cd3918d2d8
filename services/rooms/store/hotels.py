"""Hotels as they are stored."""

from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms import WiFi
from contracts.values import CancellationPolicy, HotelSettings
from services.rooms.domain.hotels import Hotel

COLUMNS = "slug, name, code, timezone, currency, tax_percent, page, settings, policy, wifi, version"
ONE = sa.text(f"SELECT {COLUMNS} FROM hotel WHERE slug = :slug")  # noqa: S608
LOCKED = sa.text(f"SELECT {COLUMNS} FROM hotel WHERE slug = :slug FOR NO KEY UPDATE")  # noqa: S608
SHARED = sa.text(f"SELECT {COLUMNS} FROM hotel WHERE slug = :slug FOR SHARE")  # noqa: S608
ALL = sa.text(f"SELECT {COLUMNS} FROM hotel ORDER BY name, slug")  # noqa: S608


class Hotels:
    """Reads hotels. Locks on one come before any other lock."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, slug: str) -> Hotel | None:
        """One hotel."""
        return self._one(ONE, slug)

    def lock(self, slug: str) -> Hotel | None:
        """One hotel, kept from changing, with the number of its rooms, for who changes that."""
        return self._one(LOCKED, slug)

    def share(self, slug: str) -> Hotel | None:
        """One hotel, kept from changing, for who blocks one of its rooms."""
        return self._one(SHARED, slug)

    def all(self) -> list[Hotel]:
        """Every hotel, by name."""
        return [hotel_of(row) for row in self._connection.execute(ALL)]

    def _one(self, statement: sa.TextClause, slug: str) -> Hotel | None:
        row = self._connection.execute(statement, {"slug": slug}).one_or_none()
        return hotel_of(row) if row else None


def hotel_of(row: Any) -> Hotel:
    """A row that has a hotel's columns."""
    return Hotel(
        slug=row.slug,
        name=row.name,
        code=row.code,
        timezone=row.timezone,
        currency=row.currency,
        tax_percent=row.tax_percent,
        page=row.page,
        settings=codec.typed(row.settings, HotelSettings),
        policy=codec.typed(row.policy, CancellationPolicy),
        wifi=codec.typed(row.wifi, WiFi),
        version=row.version,
    )

"""Hotels as they are stored."""

from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms import WiFi
from contracts.values import HotelSettings
from services.rooms.domain.hotels import Hotel

COLUMNS = "slug, name, code, timezone, currency, tax_percent, page, settings, policy_code, wifi, version"
ONE = sa.text(f"SELECT {COLUMNS} FROM hotel WHERE slug = :slug")  # noqa: S608
LOCKED = sa.text(f"SELECT {COLUMNS} FROM hotel WHERE slug = :slug FOR NO KEY UPDATE")  # noqa: S608
SHARED = sa.text(f"SELECT {COLUMNS} FROM hotel WHERE slug = :slug FOR SHARE")  # noqa: S608
ALL = sa.text(f"SELECT {COLUMNS} FROM hotel ORDER BY name, slug")  # noqa: S608
WRITE = sa.text("""
UPDATE hotel SET name = :name, code = :code, timezone = :timezone, tax_percent = :tax_percent,
    page = CAST(:page AS jsonb), settings = CAST(:settings AS jsonb), wifi = CAST(:wifi AS jsonb), version = version + 1
WHERE slug = :slug RETURNING version
""")
EDITED = sa.text("UPDATE hotel SET edits = edits + 1 WHERE slug = :slug RETURNING edits")
IMPORTED = sa.text("SELECT imported FROM hotel WHERE slug = :slug")
REMEMBER = sa.text("UPDATE hotel SET imported = CAST(:said AS jsonb) WHERE slug = :slug")


class Hotels:
    """Reads and writes hotels. Locks on one come before any other lock."""

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

    def write(self, hotel: Hotel) -> int:
        """Keep the hotel's own facts, page and settings as they are now; the version that this makes."""
        return int(self._connection.execute(WRITE, facts_row(hotel)).scalar_one())

    def edited(self, slug: str) -> int:
        """Count one more change by hand; which one it is."""
        return int(self._connection.execute(EDITED, {"slug": slug}).scalar_one())

    def imported(self, slug: str) -> dict[str, Any] | None:
        """What the last property file said, by field; None: there was none yet."""
        said: dict[str, Any] | None = self._connection.execute(IMPORTED, {"slug": slug}).scalar_one()
        return said

    def remember(self, slug: str, said: dict[str, Any]) -> None:
        """Keep what the property file said."""
        self._connection.execute(REMEMBER, {"slug": slug, "said": codec.encode(said).decode()})

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
        policy_code=row.policy_code,
        wifi=codec.typed(row.wifi, WiFi),
        version=row.version,
    )


def facts_row(hotel: Hotel) -> dict[str, Any]:
    """A hotel as its row is written."""
    return {
        "slug": hotel.slug,
        "name": hotel.name,
        "code": hotel.code,
        "timezone": hotel.timezone,
        "tax_percent": hotel.tax_percent,
        "page": codec.encode(hotel.page).decode(),
        "settings": codec.encode(hotel.settings).decode(),
        "wifi": codec.encode(hotel.wifi).decode(),
    }

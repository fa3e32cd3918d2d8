"""Hotels, with their public pages and settings."""

from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms.hotels import WiFi
from contracts.values import HotelSettings
from services.rooms.domain.hotels import Hotel
from services.rooms.store.base import RoomsStore, typed_row

PLAIN = ("slug", "name", "code", "timezone", "currency", "tax_percent", "policy_code")
JSON = ("page", "settings", "wifi")
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
COUNT_CHANGE = sa.text("UPDATE hotel SET edits = edits + 1 WHERE slug = :slug RETURNING edits")
IMPORTED = sa.text("SELECT imported FROM hotel WHERE slug = :slug")
WRITE_IMPORTED = sa.text("UPDATE hotel SET imported = CAST(:values AS jsonb) WHERE slug = :slug")


class SqlHotels(RoomsStore):
    """The table `hotel`. A transaction locks the hotel before any other row."""

    def get(self, slug: str) -> Hotel | None:
        """One hotel, None where there is no such hotel."""
        return self._one(hotel_of, ONE, {"slug": slug})

    def lock(self, slug: str) -> Hotel | None:
        """One hotel, locked for a change of the hotel, its rooms or its prices."""
        return self._one(hotel_of, LOCKED, {"slug": slug})

    def share(self, slug: str) -> Hotel | None:
        """One hotel, with a shared lock for a change of one of its rooms."""
        return self._one(hotel_of, SHARED, {"slug": slug})

    def all(self) -> list[Hotel]:
        """Every hotel, ordered by name."""
        return self._all(hotel_of, ALL, {})

    def write(self, hotel: Hotel) -> int:
        """Write the hotel's values, page and settings; returns the hotel's new version."""
        return self._number(WRITE, row_of(hotel))

    def count_change(self, slug: str) -> int:
        """Add 1 to the number of changes by staff; returns the new number."""
        return self._number(COUNT_CHANGE, {"slug": slug})

    def imported(self, slug: str) -> dict[str, Any] | None:
        """The values of the last imported property file, keyed by field; None where no file was imported."""
        values: dict[str, Any] | None = self._connection.execute(IMPORTED, {"slug": slug}).scalar_one()
        return values

    def write_imported(self, slug: str, values: dict[str, Any]) -> None:
        """Store the values of the imported property file."""
        self._connection.execute(WRITE_IMPORTED, {"slug": slug, "values": codec.encode(values).decode()})


def hotel_of(row: Any) -> Hotel:
    """The hotel in a row with the columns of `hotel`."""
    return typed_row(Hotel, row, settings=codec.typed(row.settings, HotelSettings), wifi=codec.typed(row.wifi, WiFi))


def row_of(hotel: Hotel) -> dict[str, Any]:
    """The row of a hotel."""
    plain = {name: getattr(hotel, name) for name in PLAIN}
    return plain | {name: codec.encode(getattr(hotel, name)).decode() for name in JSON}

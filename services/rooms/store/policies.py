"""A hotel's cancellation policies under their codes."""

from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms import PolicyDefinition
from contracts.values import CancellationPolicy, Page
from services.rooms.domain import policies
from services.rooms.store.searching import like, limits

POLICY = """
SELECT c.code, c.name, c.terms, h.currency, c.code = h.policy_code AS is_standard
FROM cancellation_policy c JOIN hotel h ON h.slug = c.hotel WHERE c.hotel = :hotel
"""
ONE = sa.text(f"{POLICY} AND c.code = upper(:code)")
FILTER = "AND (:like = '' OR c.code ILIKE :like OR c.name ILIKE :like)"
LIST = sa.text(f"{POLICY} {FILTER} ORDER BY c.code LIMIT :limit OFFSET :skip")
COUNT = sa.text(f"SELECT count(*) FROM cancellation_policy c WHERE c.hotel = :hotel {FILTER}")  # noqa: S608
PUT = sa.text("""
INSERT INTO cancellation_policy (hotel, code, name, terms) VALUES (:hotel, :code, :name, CAST(:terms AS jsonb))
ON CONFLICT (hotel, code) DO UPDATE SET name = excluded.name, terms = excluded.terms
""")
STANDARD = sa.text("UPDATE hotel SET policy_code = :code WHERE slug = :hotel")
REMOVE = sa.text("""
DELETE FROM cancellation_policy c WHERE c.hotel = :hotel AND c.code = :code
  AND NOT EXISTS (SELECT FROM hotel h WHERE h.slug = c.hotel AND h.policy_code = c.code)
  AND NOT EXISTS (SELECT FROM room_type t WHERE t.hotel = c.hotel AND t.policy_code = c.code)
""")


class Policies:
    """Reads and writes policies. Who writes holds the hotel's lock."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, hotel: str, code: str) -> PolicyDefinition | None:
        """One policy, by its code in any case."""
        row = self._connection.execute(ONE, {"hotel": hotel, "code": code}).one_or_none()
        return _definition_of(row) if row else None

    def page(self, hotel: str, *, search: str, page: Page) -> tuple[int, list[PolicyDefinition]]:
        """How many match, and those on the page."""
        asked = {"hotel": hotel, "like": like(search)}
        count = int(self._connection.execute(COUNT, asked).scalar_one())
        return count, [_definition_of(row) for row in self._connection.execute(LIST, asked | limits(page))]

    def put(self, hotel: str, *, code: str, name: str, terms: CancellationPolicy) -> None:
        """Write a policy, whether it is there or not."""
        row = {"hotel": hotel, "code": code, "name": name, "terms": codec.encode(terms).decode()}
        self._connection.execute(PUT, row)

    def make_standard(self, hotel: str, code: str) -> None:
        """It holds for room types that name no other."""
        self._connection.execute(STANDARD, {"hotel": hotel, "code": code})

    def remove(self, hotel: str, code: str) -> bool:
        """Drop it; False: it is in use."""
        return self._connection.execute(REMOVE, {"hotel": hotel, "code": code}).rowcount > 0


def _definition_of(row: Any) -> PolicyDefinition:
    return policies.definition(
        codec.typed(row.terms, CancellationPolicy),
        code=row.code,
        name=row.name,
        currency=row.currency,
        is_standard=row.is_standard,
    )

"""Cancellation policies. Each policy has a code that is unique in its hotel."""

from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms.policies import PolicyDefinition
from contracts.values import CancellationPolicy, Page
from services.rooms.domain import policies
from services.rooms.domain.hotels import Hotel
from services.rooms.store.base import RoomsStore, matches

POLICY = """
SELECT c.code, c.name, c.terms, h.currency, c.code = h.policy_code AS is_standard
FROM cancellation_policy c JOIN hotel h ON h.slug = c.hotel WHERE c.hotel = :hotel
"""
ONE = sa.text(f"{POLICY} AND c.code = upper(:code)")
FILTER = f"AND {matches('c.code', 'c.name')}"
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


class SqlPolicies(RoomsStore):
    """The table `cancellation_policy`. The caller of a write has locked the hotel."""

    def get(self, hotel: Hotel, code: str) -> PolicyDefinition | None:
        """The policy with this code, in upper or lower case; None where the hotel has no such policy."""
        return self._one(_definition_of, ONE, {"hotel": hotel.slug, "code": code})

    def page(self, hotel: Hotel, *, search: str, page: Page) -> tuple[int, list[PolicyDefinition]]:
        """The number of matching policies, and the policies of the page."""
        params = {"hotel": hotel.slug, "search": search}
        return self._page(_definition_of, count=COUNT, rows=LIST, params=params, page=page)

    def put(self, hotel: Hotel, policy: PolicyDefinition) -> str:
        """Insert or replace a policy; returns its code.

        With `is_standard`, the policy becomes the hotel's standard policy.
        """
        terms = policies.terms(policy, currency=hotel.currency)
        self.put_terms(hotel.slug, code=policy.code, name=policy.name, terms=terms)
        if policy.is_standard:
            self._connection.execute(STANDARD, {"hotel": hotel.slug, "code": policy.code})
        return policy.code

    def put_terms(self, hotel: str, *, code: str, name: str, terms: CancellationPolicy) -> None:
        """Insert or replace the terms of a policy."""
        row = {"hotel": hotel, "code": code, "name": name, "terms": codec.encode(terms).decode()}
        self._connection.execute(PUT, row)

    def remove(self, hotel: Hotel, code: str) -> bool:
        """Delete a policy; returns False for the standard policy and for a policy that a room type names."""
        return self._connection.execute(REMOVE, {"hotel": hotel.slug, "code": code}).rowcount > 0


def _definition_of(row: Any) -> PolicyDefinition:
    return policies.definition(
        codec.typed(row.terms, CancellationPolicy),
        code=row.code,
        name=row.name,
        currency=row.currency,
        is_standard=row.is_standard,
    )

"""Adds the position of the search of the provider's payments for unrequested money."""

from alembic import op

revision = "0014"
down_revision = "0013"

SEARCH = """
CREATE TABLE provider_search (
    list text PRIMARY KEY,
    complete_until timestamptz,
    began_at timestamptz,
    since timestamptz,
    after text,
    CONSTRAINT provider_search_has_a_start CHECK ((began_at IS NULL) = (since IS NULL)),
    CONSTRAINT provider_search_position_is_of_a_search CHECK (after IS NULL OR began_at IS NOT NULL)
)
"""


def upgrade() -> None:
    """`complete_until`: every object created before was searched; the other times are of the search under way."""
    op.execute(SEARCH)

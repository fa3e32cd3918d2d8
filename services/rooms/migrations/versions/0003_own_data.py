"""Adds the table of cancellation policies, and the columns that mark removed rooms and room types."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

POLICIES = """
CREATE TABLE cancellation_policy (
    hotel text NOT NULL REFERENCES hotel,
    code text NOT NULL CHECK (code = upper(code)),
    name text NOT NULL,
    terms jsonb NOT NULL,
    PRIMARY KEY (hotel, code)
);
INSERT INTO cancellation_policy SELECT slug, 'STANDARD', 'Standard', policy FROM hotel;
ALTER TABLE hotel DROP COLUMN policy, ADD COLUMN policy_code text NOT NULL DEFAULT 'STANDARD',
    ADD CONSTRAINT hotel_has_a_standard_policy FOREIGN KEY (slug, policy_code)
        REFERENCES cancellation_policy (hotel, code) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE room_type ADD COLUMN policy_code text,
    ADD CONSTRAINT room_type_policy FOREIGN KEY (hotel, policy_code) REFERENCES cancellation_policy (hotel, code);
"""

# `imported` has the values of the last property file, `edits` counts the changes by staff.
REMEMBERED = """
ALTER TABLE hotel ADD COLUMN imported jsonb, ADD COLUMN edits integer NOT NULL DEFAULT 0;
ALTER TABLE room_type ADD COLUMN removed_at timestamptz;
ALTER TABLE room ADD COLUMN removed_at timestamptz,
    ADD CONSTRAINT room_removed_is_out_of_service CHECK (removed_at IS NULL OR NOT is_active);
"""

PRICES = """
ALTER TABLE promotion
    ADD CONSTRAINT promotion_at_most_all CHECK (kind <> 'PERCENT' OR value <= 100) NOT VALID,
    ADD CONSTRAINT promotion_nights CHECK (min_nights >= 1 AND max_nights >= min_nights) NOT VALID,
    ADD CONSTRAINT promotion_dates CHECK (ends_on >= starts_on) NOT VALID;
CREATE INDEX night_with_rate ON night (night, room_type_id) WHERE price IS NOT NULL;
"""


def upgrade() -> None:
    for tables in (POLICIES, REMEMBERED, PRICES):
        op.get_bind().execute(sa.text(tables))

"""Writes guests' names and addresses in composed form, and their keys without case, accents and compatibility forms."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.email_address import address_key, canonical_address, readable_address
from chassis.text import normalised, search_key

revision = "0010"
down_revision = "0009"

# Plain ASCII has one form, and its keys are the text in lower case.
KEYS_OF_ASCII = """
ALTER TABLE guest ADD COLUMN email_key text;
UPDATE guest SET email_key = lower(email COLLATE "C")
"""
OTHERS = """
SELECT g.booking_id, g.first_name, g.last_name, g.email, g.phone, b.confirmation_number
FROM guest g JOIN booking b ON b.id = g.booking_id
WHERE g.search || g.phone ~ '[^ -~]|  '
"""
WRITE = sa.text("""
UPDATE guest SET first_name = :first_name, last_name = :last_name, email = :email, phone = :phone, search = :search,
    email_key = :email_key
WHERE booking_id = :booking_id
""")
INDEX = """
ALTER TABLE guest ALTER COLUMN email_key SET NOT NULL;
CREATE INDEX guest_by_email_key ON guest (email_key);
DROP INDEX guest_by_email
"""
BATCH = 1_000


def upgrade() -> None:
    connection = op.get_bind()
    connection.execute(sa.text(KEYS_OF_ASCII))
    if not op.get_context().as_sql:
        for rows in connection.execute(sa.text(OTHERS)).partitions(BATCH):
            connection.execute(WRITE, [_written(row) for row in rows])
    connection.execute(sa.text(INDEX))


def _written(row: sa.Row[Any]) -> dict[str, str]:
    contact = {name: normalised(getattr(row, name)) for name in ("first_name", "last_name")}
    email = canonical_address(row.email)
    texts = (
        *contact.values(),
        *dict.fromkeys((email, readable_address(email))),
        row.booking_id,
        row.confirmation_number,
    )
    keys = {"search": search_key(" ".join(texts)), "email_key": address_key(email)}
    return {"booking_id": row.booking_id, **contact, "phone": normalised(row.phone), "email": email, **keys}

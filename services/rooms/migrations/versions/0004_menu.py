"""Creates the room-service menu."""

from alembic import op

revision = "0004"
down_revision = "0003"

MENU = """
CREATE TABLE menu_item (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hotel text NOT NULL REFERENCES hotel,
    name text NOT NULL CHECK (name <> ''),
    description text NOT NULL,
    category text NOT NULL,
    price bigint NOT NULL CHECK (price >= 0),
    is_available boolean NOT NULL,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0)
);
CREATE INDEX menu_item_in_order ON menu_item (hotel, category, name, id);
"""


def upgrade() -> None:
    op.execute(MENU)

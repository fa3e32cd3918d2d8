"""Puts the hotel into every key."""

import sqlalchemy as sa
from alembic import op

from chassis.transactions.tables import AUDIT_HOTEL

revision = "0008"
down_revision = "0007"

FOREIGN_KEYS = """
ALTER TABLE promotion DROP CONSTRAINT promotion_room_type_id_fkey;
ALTER TABLE night DROP CONSTRAINT night_room_type_id_fkey;
ALTER TABLE cleaning_task DROP CONSTRAINT cleaning_task_room_id_fkey;
ALTER TABLE period DROP CONSTRAINT period_room_id_fkey;
ALTER TABLE hold_part DROP CONSTRAINT hold_part_booking_id_fkey;
ALTER TABLE room DROP CONSTRAINT room_room_type_id_fkey
"""
ROOMS = """
ALTER TABLE room_type DROP CONSTRAINT room_type_pkey, ADD PRIMARY KEY (hotel, id);
ALTER TABLE room DROP CONSTRAINT room_pkey, ADD PRIMARY KEY (id, hotel),
    DROP CONSTRAINT room_one_home_each, ADD CONSTRAINT room_one_home_each UNIQUE (hotel, occupied_by),
    ADD CONSTRAINT room_of_a_type FOREIGN KEY (hotel, room_type_id) REFERENCES room_type (hotel, id);
DROP INDEX room_of_type;
CREATE INDEX room_of_type ON room (hotel, room_type_id);
ALTER TABLE promotion ADD CONSTRAINT promotion_of_a_type
    FOREIGN KEY (hotel, room_type_id) REFERENCES room_type (hotel, id);
ALTER TABLE menu_item DROP CONSTRAINT menu_item_pkey, ADD PRIMARY KEY (hotel, id)
"""
TASKS = """
DROP INDEX cleaning_task_one_open;
DROP INDEX cleaning_task_of_room;
ALTER TABLE cleaning_task DROP CONSTRAINT cleaning_task_pkey, ADD PRIMARY KEY (hotel, id),
    ADD CONSTRAINT cleaning_task_of_a_room FOREIGN KEY (hotel, room_id) REFERENCES room (hotel, id);
CREATE UNIQUE INDEX cleaning_task_one_open ON cleaning_task (room_id, hotel) WHERE done_at IS NULL;
CREATE INDEX cleaning_task_of_room ON cleaning_task (hotel, room_id, id)
"""
NIGHTS = """
ALTER TABLE night ADD COLUMN hotel text;
UPDATE night SET hotel = room_type.hotel FROM room_type WHERE room_type.id = room_type_id;
ALTER TABLE night ALTER COLUMN hotel SET NOT NULL,
    DROP CONSTRAINT night_pkey, ADD PRIMARY KEY (hotel, room_type_id, night),
    ADD CONSTRAINT night_of_a_type FOREIGN KEY (hotel, room_type_id) REFERENCES room_type (hotel, id);
DROP INDEX night_with_rate;
CREATE INDEX night_with_rate ON night (hotel, night, room_type_id) WHERE price IS NOT NULL
"""
PERIODS = """
DROP INDEX period_one_room_each;
DROP INDEX period_one_out_of_order;
ALTER TABLE period ADD COLUMN hotel text;
UPDATE period SET hotel = room.hotel FROM room WHERE room.id = room_id;
ALTER TABLE period ALTER COLUMN hotel SET NOT NULL,
    DROP CONSTRAINT period_pkey, ADD PRIMARY KEY (hotel, id),
    ADD CONSTRAINT period_of_a_room FOREIGN KEY (hotel, room_id) REFERENCES room (hotel, id),
    DROP CONSTRAINT period_no_room_twice, ADD CONSTRAINT period_no_room_twice
        EXCLUDE USING gist (hotel WITH =, room_id WITH =, nights WITH &&) WHERE (live);
CREATE UNIQUE INDEX period_one_room_each ON period (hotel, booking_id) WHERE live;
CREATE UNIQUE INDEX period_one_out_of_order ON period (hotel, room_id) WHERE live AND out_of_order;
CREATE INDEX period_due_back ON period (upper(nights)) WHERE live AND out_of_order
"""
# An action of a booking whose hold was never stored belongs to no hotel.
HOLDS = """
ALTER TABLE hold_part ADD COLUMN hotel text;
UPDATE hold_part SET hotel = hold.hotel FROM hold WHERE hold.booking_id = hold_part.booking_id;
ALTER TABLE hold DROP CONSTRAINT hold_pkey, ADD PRIMARY KEY (hotel, booking_id);
ALTER TABLE hold_part ALTER COLUMN hotel SET NOT NULL,
    DROP CONSTRAINT hold_part_pkey, ADD PRIMARY KEY (hotel, booking_id, first_night),
    ADD CONSTRAINT hold_part_of_a_hold FOREIGN KEY (hotel, booking_id) REFERENCES hold (hotel, booking_id);
ALTER TABLE action ADD COLUMN hotel text;
UPDATE action SET hotel = coalesce((SELECT hold.hotel FROM hold WHERE hold.booking_id = action.booking_id), '');
ALTER TABLE action ALTER COLUMN hotel SET NOT NULL, DROP CONSTRAINT action_pkey, ADD PRIMARY KEY (hotel, action_id);
ALTER TABLE quote DROP CONSTRAINT quote_pkey, ADD PRIMARY KEY (hotel, quote_id)
"""
# The subjects are `room/<hotel>/<number>`, `edits/<hotel>`, `hotel/<hotel>`, `menu-item/<hotel>/<id>`, `block/<id>` and
# `task/<id>`.
AUDIT = AUDIT_HOTEL.format(
    hotel="""
    CASE split_part(subject, '/', 1)
    WHEN 'block' THEN (SELECT period.hotel FROM period WHERE 'block/' || id = subject)
    WHEN 'task' THEN (SELECT cleaning_task.hotel FROM cleaning_task WHERE 'task/' || id = subject)
    ELSE split_part(subject, '/', 2) END
"""
)


def upgrade() -> None:
    for statements in (FOREIGN_KEYS, ROOMS, TASKS, NIGHTS, PERIODS, HOLDS, AUDIT):
        op.get_bind().execute(sa.text(statements))

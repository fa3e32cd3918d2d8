"""Adds cleaning tasks, out-of-order blocks and maintenance priorities."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

REPAIRS = """
ALTER TABLE room ADD COLUMN maintenance_priority text
    CHECK (maintenance_priority IN ('LOW', 'MEDIUM', 'HIGH', 'URGENT'));
ALTER TABLE room ADD CONSTRAINT room_priority_of_a_repair
    CHECK (maintenance_priority IS NULL OR status IN ('MAINTENANCE_REQUIRED', 'OUT_OF_ORDER'));
"""

# Before this revision every block belonged to a room out of order.
BLOCKS = """
ALTER TABLE period ADD COLUMN out_of_order boolean NOT NULL DEFAULT false;
UPDATE period SET out_of_order = true WHERE live AND kind = 'BLOCK';
ALTER TABLE period ADD CONSTRAINT period_out_of_order_is_a_block CHECK (kind = 'BLOCK' OR NOT out_of_order);
CREATE UNIQUE INDEX period_one_out_of_order ON period (room_id) WHERE live AND out_of_order;
"""

TASKS = """
ALTER TABLE cleaning_task
    ALTER COLUMN booking_id DROP NOT NULL,
    ADD COLUMN hotel text REFERENCES hotel,
    ADD COLUMN reason text NOT NULL DEFAULT 'CHECK_OUT'
        CHECK (reason IN ('CHECK_OUT', 'INSPECTION_FAILED', 'REPAIRED', 'BACK_IN_ORDER')),
    ADD COLUMN assignee jsonb,
    ADD COLUMN started_at timestamptz,
    ADD COLUMN done_by jsonb,
    ADD COLUMN version integer NOT NULL DEFAULT 1;
UPDATE cleaning_task SET hotel = room.hotel FROM room WHERE room.id = room_id;
UPDATE cleaning_task SET started_at = opened_at FROM room
WHERE room.id = room_id AND room.status = 'CLEANING_IN_PROGRESS' AND done_at IS NULL;
ALTER TABLE cleaning_task
    ALTER COLUMN hotel SET NOT NULL,
    ALTER COLUMN reason DROP DEFAULT,
    ADD CONSTRAINT cleaning_task_after_a_guest CHECK ((reason = 'CHECK_OUT') = (booking_id IS NOT NULL));
INSERT INTO cleaning_task (hotel, room_id, reason, opened_at)
SELECT hotel, id, 'INSPECTION_FAILED', now() FROM room WHERE status IN ('CHECKOUT_DIRTY', 'CLEANING_IN_PROGRESS')
ON CONFLICT DO NOTHING;
CREATE INDEX cleaning_task_to_do ON cleaning_task (hotel, id) WHERE done_at IS NULL;
CREATE INDEX cleaning_task_done ON cleaning_task (hotel, id) WHERE done_at IS NOT NULL;
CREATE INDEX cleaning_task_of_room ON cleaning_task (room_id, id);
"""


def upgrade() -> None:
    for tables in (REPAIRS, BLOCKS, TASKS):
        op.get_bind().execute(sa.text(tables))

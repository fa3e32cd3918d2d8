"""Adds failed refunds by payment, and the refunded amount that nobody promised; a room that is given back is unlocked.

A process of a version before 0023 does not know the lock, and gives back a locked room without unlocking it.
"""

from alembic import op

revision = "0028"
down_revision = "0027"

# What staff have refunded on the provider's pages, and no change has promised, is what the equation lacks.
WAIVE_EXTRA_REFUNDS = """
UPDATE booking SET waived = coalesce(waived, 0) + lacking.amount, extra_refunded = lacking.amount
FROM (
    SELECT hotel, id, total_amount - coalesce(waived, 0) + coalesce(change_fees, 0) + coalesce(cancellation_fee, 0)
        + coalesce(served, 0) - coalesce(balance_due, 0) - coalesce(settled, 0) + coalesce(desk_refunded, 0)
        + coalesce(desk_refund_due, 0) - captured + greatest(refunded, coalesce(refund_amount, 0)) - (
            SELECT coalesce(sum(CAST(charge -> 'amount' ->> 'amount' AS bigint)), 0)
            FROM jsonb_array_elements(charges) AS charge WHERE NOT CAST(charge ->> 'taken' AS boolean)
        ) AS amount
    FROM booking WHERE status IN ('CONFIRMED', 'IN_HOUSE', 'COMPLETED') AND pending IS NULL AND refunded > 0
) AS lacking
WHERE (booking.hotel, booking.id) = (lacking.hotel, lacking.id) AND lacking.amount BETWEEN 1 AND booking.refunded
"""


def upgrade() -> None:
    op.execute("""
    ALTER TABLE booking
        ADD COLUMN failed_refunds jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN extra_refunded bigint CHECK (extra_refunded >= 0)
    """)
    op.execute(WAIVE_EXTRA_REFUNDS)
    op.execute("""
    CREATE FUNCTION unlock_room_given_back() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.room_locked := false;
        RETURN NEW;
    END $$
    """)
    op.execute("""
    CREATE TRIGGER booking_unlocked BEFORE UPDATE ON booking FOR EACH ROW
        WHEN (NEW.assigned_room_number IS NULL AND OLD.assigned_room_number IS NOT NULL AND NEW.room_locked)
        EXECUTE FUNCTION unlock_room_given_back()
    """)

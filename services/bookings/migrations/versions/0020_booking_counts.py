"""Counts the bookings of a hotel by triggers, and gives each ordering of its list an index from which filters read."""

from alembic import op

revision = "0020"
down_revision = "0019"

# Taken before anything else: a lock that grew stronger later would deadlock with a transaction that has read before.
LOCK = "LOCK TABLE booking IN ACCESS EXCLUSIVE MODE"
# A count is the sum of its parts. A change of a booking adds parts and waits for no other change; no two transactions
# write the same row.
TABLE = """
CREATE TABLE booking_count (
    hotel text NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    status text NOT NULL,
    source text NOT NULL,
    has_room boolean NOT NULL,
    bookings integer NOT NULL CHECK (bookings <> 0),
    PRIMARY KEY (hotel, id)
)
"""
# One change in 32 replaces the hotel's parts by their sums. It leaves out parts that another transaction sums up.
SUM_UP = """
CREATE FUNCTION sum_up_booking_counts(of_hotel text) RETURNS void LANGUAGE sql AS $$
WITH part AS MATERIALIZED (
    SELECT hotel, id FROM booking_count WHERE hotel = of_hotel FOR UPDATE SKIP LOCKED
), summed AS (
    DELETE FROM booking_count AS count USING part WHERE count.hotel = part.hotel AND count.id = part.id
    RETURNING count.status, count.source, count.has_room, count.bookings
)
INSERT INTO booking_count (hotel, status, source, has_room, bookings)
SELECT of_hotel, status, source, has_room, sum(bookings) FROM summed
GROUP BY status, source, has_room HAVING sum(bookings) <> 0
$$
"""
COUNT_ADDED = """
CREATE FUNCTION count_added_bookings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO booking_count (hotel, status, source, has_room, bookings)
    SELECT hotel, status, source, assigned_room_number IS NOT NULL, count(*) FROM added GROUP BY 1, 2, 3, 4;
    IF random() < 1.0 / 32 THEN
        PERFORM sum_up_booking_counts(hotel) FROM (SELECT DISTINCT hotel FROM added) AS changed;
    END IF;
    RETURN NULL;
END $$
"""
COUNT_CHANGED = """
CREATE FUNCTION count_changed_booking() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO booking_count (hotel, status, source, has_room, bookings)
    VALUES (OLD.hotel, OLD.status, OLD.source, OLD.assigned_room_number IS NOT NULL, -1),
           (NEW.hotel, NEW.status, NEW.source, NEW.assigned_room_number IS NOT NULL, 1);
    IF random() < 1.0 / 32 THEN
        PERFORM sum_up_booking_counts(NEW.hotel);
    END IF;
    RETURN NULL;
END $$
"""
COUNT_REMOVED = """
CREATE FUNCTION count_removed_bookings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO booking_count (hotel, status, source, has_room, bookings)
    SELECT hotel, status, source, assigned_room_number IS NOT NULL, -count(*) FROM removed GROUP BY 1, 2, 3, 4;
    PERFORM sum_up_booking_counts(hotel) FROM (SELECT DISTINCT hotel FROM removed) AS changed;
    RETURN NULL;
END $$
"""
COUNT_NONE = """
CREATE FUNCTION count_no_bookings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM booking_count;
    RETURN NULL;
END $$
"""
# Nobody writes until the migration commits: each booking is counted below or by a trigger.
TRIGGERS = """
CREATE TRIGGER booking_added AFTER INSERT ON booking REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_added_bookings();
CREATE TRIGGER booking_recounted AFTER UPDATE ON booking FOR EACH ROW
    WHEN ((OLD.hotel, OLD.status, OLD.source, OLD.assigned_room_number IS NULL)
        IS DISTINCT FROM (NEW.hotel, NEW.status, NEW.source, NEW.assigned_room_number IS NULL))
    EXECUTE FUNCTION count_changed_booking();
CREATE TRIGGER booking_removed AFTER DELETE ON booking REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_removed_bookings();
CREATE TRIGGER booking_emptied AFTER TRUNCATE ON booking FOR EACH STATEMENT EXECUTE FUNCTION count_no_bookings()
"""
FILL = """
INSERT INTO booking_count (hotel, status, source, has_room, bookings)
SELECT hotel, status, source, assigned_room_number IS NOT NULL, count(*) FROM booking GROUP BY 1, 2, 3, 4
"""
# The included columns are those of the filters: what a filter leaves out is not read from the table.
INDEXES = """
DROP INDEX booking_newest;
CREATE INDEX booking_newest ON booking (hotel, created_at, id)
    INCLUDE (status, check_in, check_out, source, assigned_room_number);
DROP INDEX booking_by_status;
CREATE INDEX booking_by_status ON booking (hotel, status, check_in, id)
    INCLUDE (check_out, source, assigned_room_number);
DROP INDEX booking_by_check_in;
CREATE INDEX booking_by_check_in ON booking (hotel, check_in, id)
    INCLUDE (status, check_out, source, assigned_room_number);
DROP INDEX booking_by_check_out;
CREATE INDEX booking_by_check_out ON booking (hotel, check_out, id)
    INCLUDE (status, check_in, source, assigned_room_number);
DROP INDEX booking_by_room;
CREATE INDEX booking_by_room ON booking (hotel, assigned_room_number, status, check_in, id)
    INCLUDE (check_out, source) WHERE assigned_room_number IS NOT NULL;
CREATE INDEX booking_by_amount ON booking (hotel, total_amount, id)
    INCLUDE (status, check_in, check_out, source, assigned_room_number);
CREATE INDEX guest_by_name ON guest (hotel, "left"(search, 40), booking_id)
"""


STATEMENTS = (LOCK, TABLE, SUM_UP, COUNT_ADDED, COUNT_CHANGED, COUNT_REMOVED, COUNT_NONE, TRIGGERS, FILL, INDEXES)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

"""A database with 20,000 bookings, most of them of one hotel, and of those 400 live."""

from datetime import date

import sqlalchemy as sa

from chassis.settings import with_driver
from chassis.transactions.migrate import migrate
from tests.interface.bookings.service_under_test import BookingsUnderTest

STORED, LISTED = 20_000, 16_000
BOOKINGS = """
WITH model AS MATERIALIZED (SELECT to_jsonb(booking) AS row FROM booking WHERE id = :id)
INSERT INTO booking SELECT copy.* FROM model, generate_series(1, :rows) AS n, LATERAL (
    SELECT CASE WHEN n > 400 THEN CASE n % 20
            WHEN 0 THEN 'NO_SHOW' WHEN 1 THEN 'EXPIRED' WHEN 2 THEN 'DECLINED' WHEN 3 THEN 'CANCELLED'
            WHEN 4 THEN 'CANCELLED' ELSE 'COMPLETED' END
        ELSE CASE n % 40
            WHEN 0 THEN 'DRAFT' WHEN 1 THEN 'PENDING_APPROVAL' WHEN 2 THEN 'PENDING_PAYMENT' WHEN 3 THEN 'IN_HOUSE'
            WHEN 4 THEN 'IN_HOUSE' WHEN 5 THEN 'IN_HOUSE' ELSE 'CONFIRMED' END
        END AS status,
        CASE WHEN n > 400 THEN CAST(:today AS date) - 3 - n / 25 ELSE CAST(:today AS date) - 2 + n / 20 END AS check_in
) AS stay, LATERAL jsonb_populate_record(NULL::booking, model.row || jsonb_build_object(
    'id', 'X-' || n, 'confirmation_number', 'X-' || n,
    'hotel', CASE WHEN n <= :listed THEN :hotel ELSE 'other-' || n % 200 END,
    'status', stay.status, 'source', CASE WHEN n % 6 = 0 THEN 'staff' ELSE 'online' END,
    'assigned_room_number', CASE WHEN stay.status IN ('IN_HOUSE', 'COMPLETED') THEN 100 + n * 7 % 61 END,
    'due_at', NULL, 'total_amount', 10000 + n * 7919 % 90000,
    'expires_at', stay.check_in, 'approval_deadline_at', stay.check_in,
    'ended_at', CASE WHEN n > 400 THEN stay.check_in END,
    'check_in', stay.check_in, 'check_out', stay.check_in + 1 + n % 4,
    'checkout_deadline_at', stay.check_in + 1 + n % 4, 'created_at', stay.check_in - n * 31 % 60
)) AS copy
"""
GUESTS = """
INSERT INTO guest (booking_id, hotel, first_name, last_name, email, email_key, phone, token_hash, token_generation,
    search)
SELECT id, hotel, first, last, mail, mail, '', id, 1, lower(concat_ws(' ', first, last, mail, id))
FROM booking, LATERAL (
    SELECT 'Guest' || substr(md5(id), 1, 3) AS first, lower(id) || '@example.com' AS mail,
        CASE WHEN id LIKE '%7' THEN 'Murphy' ELSE 'Kelly' || substr(md5(id), 4, 2) END AS last
) AS named WHERE id LIKE 'X-%'
"""
DIRECTORY = """
INSERT INTO booking_directory SELECT booking_id, booking_id, token_hash, hotel FROM guest WHERE booking_id LIKE 'X-%'
"""
HOLDS = "INSERT INTO hold (booking_id, hotel, held_at) SELECT id, hotel, created_at FROM booking"


def with_many_bookings(url: str, *, hotel: str, today: date) -> BookingsUnderTest:
    """The service on the empty database at `url`, which then has the bookings `X-1` to `X-20000`."""
    migrate("bookings", url)
    service = BookingsUnderTest(sa.create_engine(with_driver(url, "psycopg2")))
    model = service.book().booking.booking_id
    service.rows(BOOKINGS, id=model, hotel=hotel, today=today, rows=STORED, listed=LISTED)
    for statement in (GUESTS, DIRECTORY, HOLDS):
        service.rows(statement)
    with service.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as autocommitting:
        autocommitting.execute(sa.text("VACUUM ANALYZE booking, booking_count, booking_directory, guest, hold"))
    return service

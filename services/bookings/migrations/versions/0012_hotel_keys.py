"""Puts the hotel into every key, and adds the directory: the hotel of each booking id, number and guest token."""

from alembic import op

from chassis.transactions.tables import AUDIT_HOTEL

revision = "0012"
down_revision = "0011"

# No table refers to the directory, nor the directory to a table: it stays whole where the others are distributed.
DIRECTORY = """
CREATE TABLE booking_directory (
    booking_id text PRIMARY KEY,
    confirmation_number text NOT NULL UNIQUE,
    token_hash text NOT NULL UNIQUE,
    hotel text NOT NULL
);
INSERT INTO booking_directory (booking_id, confirmation_number, token_hash, hotel)
SELECT booking.id, confirmation_number, token_hash, booking.hotel FROM booking JOIN guest ON booking_id = booking.id
"""
BOOKING = """
ALTER TABLE guest DROP CONSTRAINT guest_booking_id_fkey;
ALTER TABLE overstay DROP CONSTRAINT overstay_booking_id_fkey;
ALTER TABLE access_code DROP CONSTRAINT access_code_booking_id_fkey;
ALTER TABLE chat_message DROP CONSTRAINT chat_message_booking_id_fkey;
ALTER TABLE chat_reading DROP CONSTRAINT chat_reading_booking_id_fkey;
ALTER TABLE room_order DROP CONSTRAINT room_order_booking_id_fkey;
ALTER TABLE booking DROP CONSTRAINT booking_confirmation_number_key, DROP CONSTRAINT booking_pkey,
    ADD PRIMARY KEY (hotel, id)
"""
GUEST = """
ALTER TABLE guest DROP CONSTRAINT guest_token_hash_key, DROP CONSTRAINT guest_pkey, ADD PRIMARY KEY (hotel, booking_id),
    ADD CONSTRAINT guest_of_booking FOREIGN KEY (hotel, booking_id) REFERENCES booking (hotel, id);
ALTER TABLE access_code ADD COLUMN hotel text;
UPDATE access_code SET hotel = booking.hotel FROM booking WHERE booking.id = booking_id;
ALTER TABLE access_code ALTER COLUMN hotel SET NOT NULL;
CREATE INDEX access_code_unused ON access_code (hotel, booking_id) WHERE used_at IS NULL
"""
STAY = """
ALTER TABLE overstay DROP CONSTRAINT overstay_pkey, ADD PRIMARY KEY (hotel, id),
    ADD CONSTRAINT overstay_of_a_booking FOREIGN KEY (hotel, booking_id) REFERENCES booking (hotel, id);
DROP INDEX overstay_one_undecided_per_booking;
CREATE UNIQUE INDEX overstay_one_undecided_per_booking ON overstay (hotel, booking_id)
    WHERE status IN ('OPEN', 'ACKNOWLEDGED');
DROP INDEX overstay_of_booking;
CREATE INDEX overstay_of_booking ON overstay (hotel, booking_id, opened_at);
ALTER TABLE room_order DROP CONSTRAINT room_order_pkey, ADD PRIMARY KEY (hotel, id),
    ADD CONSTRAINT room_order_of_a_booking FOREIGN KEY (hotel, booking_id) REFERENCES booking (hotel, id);
DROP INDEX room_order_of_booking;
CREATE INDEX room_order_of_booking ON room_order (hotel, booking_id, placed_at);
ALTER TABLE hold DROP CONSTRAINT hold_pkey, ADD PRIMARY KEY (hotel, booking_id);
ALTER TABLE ghost DROP CONSTRAINT ghost_pkey, ADD PRIMARY KEY (hotel, kind, booking_id, room_number)
"""
CHAT = """
DROP INDEX chat_message_latest;
ALTER TABLE chat_message DROP CONSTRAINT chat_message_pkey, ADD PRIMARY KEY (hotel, booking_id, id),
    ADD CONSTRAINT chat_message_of_booking FOREIGN KEY (hotel, booking_id) REFERENCES booking (hotel, id);
ALTER TABLE chat_reading ADD COLUMN hotel text;
UPDATE chat_reading SET hotel = booking.hotel FROM booking WHERE booking.id = booking_id;
ALTER TABLE chat_reading ALTER COLUMN hotel SET NOT NULL,
    DROP CONSTRAINT chat_reading_pkey, ADD PRIMARY KEY (hotel, booking_id, reader),
    ADD CONSTRAINT chat_reading_of_booking FOREIGN KEY (hotel, booking_id) REFERENCES booking (hotel, id)
"""
AMENDMENT = """
ALTER TABLE amendment ADD COLUMN hotel text;
UPDATE amendment SET hotel = booking.hotel FROM booking WHERE booking.id = booking_id;
ALTER TABLE amendment ALTER COLUMN hotel SET NOT NULL,
    DROP CONSTRAINT amendment_pkey, ADD PRIMARY KEY (hotel, booking_id, sequence),
    ADD CONSTRAINT amendment_of_booking FOREIGN KEY (hotel, booking_id) REFERENCES booking (hotel, id)
"""
# Rows of a booking that was never stored belong to no hotel; nobody can read them.
EVENTS = """
ALTER TABLE communication ADD COLUMN hotel text;
UPDATE communication SET hotel = coalesce(
    (SELECT booking.hotel FROM booking_directory booking WHERE booking.booking_id = communication.booking_id), ''
);
ALTER TABLE communication ALTER COLUMN hotel SET NOT NULL,
    DROP CONSTRAINT communication_pkey, ADD PRIMARY KEY (hotel, notice_id, booking_id);
DROP INDEX communication_of_booking;
CREATE INDEX communication_of_booking ON communication (hotel, booking_id, at DESC);
ALTER TABLE payment_fact ADD COLUMN hotel text;
UPDATE payment_fact SET hotel = coalesce(
    (SELECT booking.hotel FROM booking_directory booking WHERE booking.booking_id = payment_fact.booking_id), ''
);
ALTER TABLE payment_fact ALTER COLUMN hotel SET NOT NULL,
    DROP CONSTRAINT payment_fact_pkey, ADD PRIMARY KEY (hotel, event_id);
DROP INDEX payment_fact_of_booking;
CREATE INDEX payment_fact_of_booking ON payment_fact (hotel, booking_id);
ALTER TABLE lookup_mail DROP CONSTRAINT lookup_mail_pkey, ADD PRIMARY KEY (hotel, id)
"""
AUDIT = AUDIT_HOTEL.format(hotel="(SELECT listed.hotel FROM booking_directory listed WHERE booking_id = subject)")


def upgrade() -> None:
    for statements in (DIRECTORY, BOOKING, GUEST, STAY, CHAT, AMENDMENT, EVENTS, AUDIT):
        op.execute(statements)

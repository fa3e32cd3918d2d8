"""Puts the hotel into every key, and adds the directory: the hotel of each payment, session and intent."""

from alembic import op

from chassis.transactions.tables import AUDIT_HOTEL

revision = "0009"
down_revision = "0008"

# No table refers to the directory, nor the directory to a table: it stays whole where the others are distributed.
DIRECTORY = """
CREATE TABLE payment_directory (
    payment_id text PRIMARY KEY,
    hotel text NOT NULL,
    session_id text CONSTRAINT payment_directory_session_of_one_payment UNIQUE,
    intent_id text CONSTRAINT payment_directory_intent_of_one_payment UNIQUE
);
INSERT INTO payment_directory (payment_id, hotel, session_id, intent_id)
SELECT id, hotel, session_id, intent_id FROM payment
"""
FOREIGN_KEYS = """
ALTER TABLE refund DROP CONSTRAINT refund_payment_id_fkey;
ALTER TABLE provider_action DROP CONSTRAINT provider_action_payment_id_fkey;
ALTER TABLE ledger DROP CONSTRAINT ledger_payment_id_fkey;
ALTER TABLE balance_desired_state DROP CONSTRAINT balance_desired_state_payment_id_fkey
"""
PAYMENT = """
DROP INDEX payment_one_live_per_booking;
DROP INDEX payment_one_unfinished_per_balance;
DROP INDEX payment_of_booking;
ALTER TABLE payment DROP CONSTRAINT payment_pkey, ADD PRIMARY KEY (hotel, id),
    DROP CONSTRAINT payment_session_is_its_own,
    ADD CONSTRAINT payment_session_is_its_own UNIQUE (hotel, session_id),
    DROP CONSTRAINT payment_intent_is_its_own,
    ADD CONSTRAINT payment_intent_is_its_own UNIQUE (hotel, intent_id);
CREATE UNIQUE INDEX payment_one_live_per_booking ON payment (hotel, booking_id)
    WHERE purpose = 'BOOKING' AND status IN ('NONE', 'SESSION_OPEN', 'AUTHORIZED', 'CAPTURED', 'PARTIALLY_REFUNDED');
CREATE UNIQUE INDEX payment_one_unfinished_per_balance ON payment (hotel, booking_id)
    WHERE purpose = 'EXTENSION' AND status IN ('NONE', 'SESSION_OPEN', 'AUTHORIZED');
CREATE INDEX payment_of_booking ON payment (hotel, booking_id, created_at);
ALTER TABLE desired_state DROP CONSTRAINT desired_state_pkey, ADD PRIMARY KEY (hotel, booking_id)
"""
WITH_HOTEL = """
ALTER TABLE {table} ADD COLUMN hotel text;
UPDATE {table} SET hotel = payment.hotel FROM payment WHERE payment.id = payment_id;
ALTER TABLE {table} ALTER COLUMN hotel SET NOT NULL,
    ADD CONSTRAINT {table}_of_a_payment FOREIGN KEY (hotel, payment_id) REFERENCES payment (hotel, id)
"""
PARTS = """
ALTER TABLE refund DROP CONSTRAINT refund_pkey, ADD PRIMARY KEY (hotel, id),
    DROP CONSTRAINT refund_provider_id_key, ADD CONSTRAINT refund_provider_id_key UNIQUE (hotel, provider_id),
    DROP CONSTRAINT refund_payment_id_position_key,
    ADD CONSTRAINT refund_payment_id_position_key UNIQUE (hotel, payment_id, position);
DROP INDEX provider_action_captures_once;
DROP INDEX provider_action_one_at_a_time;
ALTER TABLE provider_action DROP CONSTRAINT provider_action_pkey,
    ADD PRIMARY KEY (hotel, payment_id, action, attempt);
CREATE UNIQUE INDEX provider_action_captures_once ON provider_action (hotel, payment_id)
    WHERE action = 'capture' AND state = 'DONE';
CREATE UNIQUE INDEX provider_action_one_at_a_time ON provider_action (hotel, payment_id, action)
    WHERE state = 'OWED';
DROP INDEX ledger_one_capture_per_payment;
DROP INDEX ledger_of_payment;
ALTER TABLE ledger DROP CONSTRAINT ledger_pkey, ADD PRIMARY KEY (position, hotel),
    DROP CONSTRAINT ledger_books_a_movement_once,
    ADD CONSTRAINT ledger_books_a_movement_once UNIQUE (hotel, provider_id, kind);
CREATE UNIQUE INDEX ledger_one_capture_per_payment ON ledger (hotel, payment_id) WHERE kind = 'capture';
CREATE INDEX ledger_of_payment ON ledger (hotel, payment_id, position);
ALTER TABLE balance_desired_state DROP CONSTRAINT balance_desired_state_pkey, ADD PRIMARY KEY (hotel, payment_id)
"""
JOBS = """
UPDATE job SET payload = payload || jsonb_build_object('hotel', payment.hotel)
FROM payment WHERE payment.id = payload ->> 'payment_id' AND kind IN ('ConvergePayment', 'ExpireSession')
"""
AUDIT = AUDIT_HOTEL.format(hotel="(SELECT listed.hotel FROM payment_directory listed WHERE payment_id = subject)")


def upgrade() -> None:
    for statements in (DIRECTORY, FOREIGN_KEYS, PAYMENT):
        op.execute(statements)
    for table in ("refund", "provider_action", "ledger", "balance_desired_state"):
        op.execute(WITH_HOTEL.format(table=table))
    op.execute(PARTS)
    op.execute(JOBS)
    op.execute(AUDIT)

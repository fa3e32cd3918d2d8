"""Renames stored names: job kind `Pursue` to `ConvergePayment`, finding kind `ERRAND_GIVEN_UP` to `JOB_GIVEN_UP`.

The tables `standing` and `charge_standing` become `desired_state` and `balance_desired_state`.
Their column `stance` becomes `phase`.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    "UPDATE job SET kind = 'ConvergePayment' WHERE kind = 'Pursue'",
    "UPDATE job SET key = regexp_replace(key, '^pursue:', 'converge:') WHERE key LIKE 'pursue:%'",
    """
    UPDATE finding SET kind = 'JOB_GIVEN_UP', object_id = regexp_replace(object_id, '^pursue:', 'converge:')
    WHERE kind = 'ERRAND_GIVEN_UP'
    """,
    "ALTER TABLE standing RENAME TO desired_state",
    "ALTER TABLE desired_state RENAME COLUMN stance TO phase",
    "ALTER TABLE desired_state RENAME CONSTRAINT standing_stance_check TO desired_state_phase_check",
    "ALTER TABLE desired_state RENAME CONSTRAINT standing_fee_check TO desired_state_fee_check",
    "ALTER INDEX standing_pkey RENAME TO desired_state_pkey",
    "ALTER TABLE charge_standing RENAME TO balance_desired_state",
    "ALTER TABLE balance_desired_state RENAME COLUMN stance TO phase",
    """
    ALTER TABLE balance_desired_state
    RENAME CONSTRAINT charge_standing_stance_check TO balance_desired_state_phase_check
    """,
    "ALTER TABLE balance_desired_state RENAME CONSTRAINT charge_standing_fee_check TO balance_desired_state_fee_check",
    """
    ALTER TABLE balance_desired_state
    RENAME CONSTRAINT charge_standing_payment_id_fkey TO balance_desired_state_payment_id_fkey
    """,
    "ALTER INDEX charge_standing_pkey RENAME TO balance_desired_state_pkey",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

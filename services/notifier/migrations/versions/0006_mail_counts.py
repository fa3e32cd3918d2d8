"""Creates the counts of mails before payment."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE mail_count (
            recipient text PRIMARY KEY,
            since timestamptz NOT NULL,
            notices uuid[] NOT NULL,
            most integer NOT NULL,
            CONSTRAINT mail_count_capped CHECK (cardinality(notices) <= most)
        )
        """
    )
    op.execute("CREATE INDEX mail_count_by_age ON mail_count (since)")

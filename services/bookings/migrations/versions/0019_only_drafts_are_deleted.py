"""Refuses the deletion of a booking that is not an abandoned draft, unless the owner of the schema deletes it."""

from alembic import op

revision = "0019"
down_revision = "0018"

# The running role has the name of the database.
REFUSE = (
    """
    CREATE FUNCTION refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '% is not an abandoned draft and stays', OLD.id USING ERRCODE = 'check_violation'; END $$
    """,
    """
    CREATE TRIGGER booking_stays BEFORE DELETE ON booking FOR EACH ROW
    WHEN (current_user = current_database() AND OLD.expiry_reason IS DISTINCT FROM 'DRAFT_ABANDONED')
    EXECUTE FUNCTION refuse_deletion()
    """,
)


def upgrade() -> None:
    for statement in REFUSE:
        op.execute(statement)

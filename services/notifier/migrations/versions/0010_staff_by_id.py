"""Takes the names of staff out of pushes that are stored."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Pushes that wait go out without a name."""
    op.execute("""
        UPDATE job SET payload = jsonb_set(payload, '{groups}', (
            SELECT jsonb_agg(jsonb_set(push, '{data}', push -> 'data' #- '{staff_user}') ORDER BY position)
            FROM jsonb_array_elements(payload -> 'groups') WITH ORDINALITY AS each (push, position)
        )) WHERE kind = 'PushNotice' AND payload::text LIKE '%staff_user%'
    """)

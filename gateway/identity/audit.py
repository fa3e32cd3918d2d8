"""The audit list of staff accounts: every sign-in, every failure, every change. A row holds neither name nor secret.

The table deletes sign-ins, sign-outs and failures after 90 days (`staff_audit_is_bounded`).
"""

from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from gateway.identity.tables import AUDIT


class AccountEvent(StrEnum):
    """What an audit row records."""

    ADDED = "ADDED"
    SIGNED_IN = "SIGNED_IN"
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    SIGNED_OUT = "SIGNED_OUT"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - by its owner, who signed in with the old one
    PASSWORD_CHANGE_FAILED = "PASSWORD_CHANGE_FAILED"  # noqa: S105
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - by somebody else
    CLOSED = "CLOSED"
    SIGNED_OUT_EVERYWHERE = "SIGNED_OUT_EVERYWHERE"


def audit_row(
    event: AccountEvent, *, account_id: UUID | None, done_by: UUID | None = None, network: str = ""
) -> sa.Insert:
    """The insertion of one row. Without `done_by`, the command line did this, or a stranger from `network`."""
    return AUDIT.insert().values(event=event.value, account_id=account_id, done_by=done_by, network=network)

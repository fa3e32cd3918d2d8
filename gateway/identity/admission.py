"""Authentication and authorisation: the tokens that each audience needs, and the permissions of staff."""

import re
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

from chassis.refusal import Refusal
from contracts.values import Caller, Permission
from gateway.identity.accounts import Staff
from gateway.identity.sessions import PREFIX

TOKEN_FORM = re.compile(r"[A-Za-z0-9._~+/=-]{8,512}")
StaffByToken = Callable[[str], Awaitable[Staff | None]]

SCHEMES = {"bearer": None, "token": "staff", "guesttoken": "guest"}


class Audience(StrEnum):
    """The callers that an operation is for."""

    PUBLIC = "public"
    GUEST = "guest"
    EITHER = "guest or staff"
    STAFF = "staff"
    LOGIN = "login"
    EXCHANGE = "exchange"
    LOOKUP = "lookup"
    PROVIDER = "provider"
    OPERATOR = "operator"


# The rate limit of each audience; the others have none.
RATE_LIMITS = {
    Audience.PUBLIC: "public",
    Audience.EXCHANGE: "public",
    Audience.LOOKUP: "lookup",
    Audience.GUEST: "guest",
    Audience.EITHER: "guest",
    Audience.LOGIN: "login",
}
# The kinds of token that each audience takes; the others need none.
TOKENS = {Audience.GUEST: ("guest",), Audience.EITHER: ("guest", "staff"), Audience.STAFF: ("staff",)}


def parse_authorization(header: str) -> tuple[str, str]:
    """Parse an `Authorization` header; returns the kind (`guest` or `staff`) and the token. Refused `INVALID_TOKEN`."""
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() not in SCHEMES or not TOKEN_FORM.fullmatch(token):
        raise invalid_token()
    return SCHEMES[scheme.lower()] or ("staff" if token.startswith(PREFIX) else "guest"), token


async def authenticate(audience: Audience, authorization: str, whose: StaffByToken) -> tuple[Caller, Staff | None]:
    """The caller, and the account where the caller is staff. The bookings service checks the token of a guest."""
    kinds = TOKENS.get(audience)
    if kinds is None:
        return Caller(), None
    if not authorization:
        raise Refusal("INVALID_TOKEN", "This operation needs a token.")
    kind, token = parse_authorization(authorization)
    if kind not in kinds:
        raise invalid_token()
    if kind == "guest":
        return Caller(kind="guest", guest_token=token), None
    staff = await whose(token)
    if staff is None:
        raise invalid_token()
    return staff.caller, staff


def require_permission(caller: Caller, needs: Sequence[Permission]) -> None:
    """Check that the staff account has at least one of these permissions; refused `PERMISSION_DENIED` otherwise."""
    if caller.kind == "staff" and needs and not caller.permissions.intersection(needs):
        raise Refusal("PERMISSION_DENIED", f"This needs {' or '.join(sorted(needs))}.")


def invalid_token() -> Refusal:
    """The refusal `INVALID_TOKEN`, for a token that is of another kind or not valid."""
    return Refusal("INVALID_TOKEN", "The token is unknown, expired or revoked.")

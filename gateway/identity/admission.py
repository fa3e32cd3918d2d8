"""Lets a request in or not: what proof each audience needs, and whether staff stand in their own hotel."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from chassis.refusal import Refusal
from contracts.values import Caller, Permission
from gateway.identity.accounts import PREFIX, Staff

TOKEN_FORM = re.compile(r"[A-Za-z0-9._~+/=-]{8,512}")
SCHEMES = {"bearer": None, "token": "staff", "guesttoken": "guest"}


class Audience(StrEnum):
    """Who a route is for."""

    PUBLIC = "public"
    GUEST = "guest"
    EITHER = "guest or staff"
    STAFF = "staff"
    LOGIN = "login"
    EXCHANGE = "exchange"
    LOOKUP = "lookup"
    PROVIDER = "provider"
    OPERATOR = "operator"


LIMITED_AS = {
    Audience.PUBLIC: "public",
    Audience.EXCHANGE: "public",
    Audience.LOOKUP: "lookup",
    Audience.GUEST: "guest",
    Audience.EITHER: "guest",
    Audience.LOGIN: "login",
}
ADMITS = {Audience.GUEST: ("guest",), Audience.EITHER: ("guest", "staff"), Audience.STAFF: ("staff",)}


class Tokens(Protocol):
    """Where staff tokens are looked up."""

    async def whose(self, token: str) -> Staff | None:
        """Whose token this is, if it is good."""


def presented(authorization: str) -> tuple[str, str]:
    """The kind of token (`guest` or `staff`) in an `Authorization` header, and the token; refused `INVALID_TOKEN`."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() not in SCHEMES or not TOKEN_FORM.fullmatch(token):
        raise _unknown()
    return SCHEMES[scheme.lower()] or ("staff" if token.startswith(PREFIX) else "guest"), token


async def admitted(audience: Audience, authorization: str, tokens: Tokens) -> tuple[Caller, Staff | None]:
    """Who asks. A guest's token is checked by bookings, which alone knows whose it is."""
    admits = ADMITS.get(audience)
    if admits is None:
        return Caller(), None
    if not authorization:
        raise Refusal("INVALID_TOKEN", "Sign in first: this needs a token.")
    kind, token = presented(authorization)
    if kind not in admits:
        raise _unknown()
    if kind == "guest":
        return Caller(kind="guest", guest_token=token), None
    staff = await tokens.whose(token)
    if staff is None:
        raise _unknown()
    return staff.caller, staff


def permitted(caller: Caller, needs: Sequence[Permission]) -> None:
    """Whether staff hold one of these permissions; refused `PERMISSION_DENIED`."""
    if caller.kind == "staff" and needs and not caller.permissions.intersection(needs):
        raise Refusal("PERMISSION_DENIED", f"This needs {' or '.join(sorted(needs))}.")


def _unknown() -> Refusal:
    return Refusal("INVALID_TOKEN", "The token is not known or no longer good.")

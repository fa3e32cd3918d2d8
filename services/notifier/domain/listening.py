"""Who may listen to which channel, as far as their proof alone can tell."""

import re

from chassis.refusal import Refusal
from contracts.values import Caller
from services.notifier.channels import STAFF_ONLY, Channel, Kind, parse

_SOCKET_ID = re.compile(r"[0-9]+\.[0-9]+")


def forbidden() -> Refusal:
    """What everyone is told about a channel that is not theirs, whether or not it exists."""
    return Refusal("CHANNEL_FORBIDDEN", "This channel is not yours to listen to.")


def check_channel(caller: Caller, *, socket_id: str, channel_name: str) -> Channel:
    """The channel asked for. A booking's is still to be shown to be the caller's own.

    Refused `INVALID_TOKEN`, `INVALID_SOCKET_ID`, `CHANNEL_FORBIDDEN`.
    """
    check_proof(caller, socket_id=socket_id)
    channel = parse(channel_name)
    if channel is None or channel.kind is Kind.PUBLIC:
        raise forbidden()
    if channel.kind in STAFF_ONLY and not (caller.kind == "staff" and caller.hotel == channel.hotel):
        raise forbidden()
    return channel


def check_proof(caller: Caller, *, socket_id: str) -> None:
    """Somebody must be asking, for a socket. Refused `INVALID_TOKEN`, `INVALID_SOCKET_ID`."""
    if caller.kind not in ("staff", "guest"):
        raise Refusal("INVALID_TOKEN", "Sign in to listen.")
    if not _SOCKET_ID.fullmatch(socket_id):
        raise Refusal("INVALID_SOCKET_ID", "socket_id must be two numbers with a dot between them.")


def user_of(caller: Caller, *, booking_id: str | None) -> str:
    """What the push provider knows the caller as. Refused `INVALID_TOKEN` where nothing says who they are."""
    if caller.kind == "staff" and caller.staff_id:
        return user_id(staff_id=caller.staff_id, booking_id=None)
    if caller.kind == "guest" and booking_id:
        return user_id(staff_id=None, booking_id=booking_id)
    raise Refusal("INVALID_TOKEN", "Nothing says who is signing in.")


def user_id(*, staff_id: str | None, booking_id: str | None) -> str:
    """The id of a member of staff, or of a booking's guest. It names nobody."""
    return f"staff-{staff_id}" if staff_id else f"guest-{booking_id}"

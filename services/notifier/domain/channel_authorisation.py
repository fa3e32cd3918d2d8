"""Decides, from the caller's credentials alone, whether the caller may subscribe to a channel."""

import re

from chassis.refusal import Refusal
from contracts.values import Caller
from services.notifier.channels import STAFF_ONLY, Channel, ChannelKind, parse

_SOCKET_ID = re.compile(r"[0-9]+\.[0-9]+")


def forbidden() -> Refusal:
    """The refusal of a channel that is not the caller's. The refusal does not reveal whether the channel exists."""
    return Refusal("CHANNEL_FORBIDDEN", "You may not subscribe to this channel.")


def check_channel(caller: Caller, *, socket_id: str, channel_name: str) -> Channel:
    """The channel with this name. This function does not check whether the caller may read the channel's booking.

    Refused `CHANNEL_FORBIDDEN` for a channel that is not the caller's. Raises the refusals of `check_credentials`.
    """
    check_credentials(caller, socket_id=socket_id)
    channel = parse(channel_name)
    if channel is None or channel.kind is ChannelKind.PUBLIC:
        raise forbidden()
    if channel.kind in STAFF_ONLY and not (caller.kind == "staff" and caller.hotel == channel.hotel):
        raise forbidden()
    return channel


def check_credentials(caller: Caller, *, socket_id: str) -> None:
    """Check caller and socket id. Refused `INVALID_TOKEN` (no guest or staff), `INVALID_SOCKET_ID` (malformed)."""
    if caller.kind not in ("staff", "guest"):
        raise Refusal("INVALID_TOKEN", "Sign in to subscribe.")
    if not _SOCKET_ID.fullmatch(socket_id):
        raise Refusal("INVALID_SOCKET_ID", "socket_id must be two numbers with a dot between them.")


def user_of(caller: Caller, *, booking_id: str | None) -> str:
    """The caller's user id at the push provider. Refused `INVALID_TOKEN` for a caller without an identity."""
    if caller.kind == "staff" and caller.staff_id:
        return user_id(staff_id=caller.staff_id, booking_id=None)
    if caller.kind == "guest" and booking_id:
        return user_id(staff_id=None, booking_id=booking_id)
    raise Refusal("INVALID_TOKEN", "The token identifies no user.")


def user_id(*, staff_id: str | None, booking_id: str | None) -> str:
    """The user id, at the push provider, of a member of staff or a booking's guest. The id contains no name."""
    return f"staff-{staff_id}" if staff_id else f"guest-{booking_id}"

"""Signatures for the push provider."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ChannelAuth:
    """The signature of a subscription; `channel_data` for presence channels only."""

    auth: str
    channel_data: str | None = None


@dataclass(frozen=True, kw_only=True)
class UserAuth:
    """The signature of a user."""

    auth: str
    user_data: str

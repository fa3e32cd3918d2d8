"""Signatures for the push provider."""

from contracts.data import Data


class ChannelAuth(Data):
    """The signature of a subscription; `channel_data` for presence channels only."""

    auth: str
    channel_data: str | None = None


class UserAuth(Data):
    """The signature of a user."""

    auth: str
    user_data: str

"""Signatures for the push provider."""

from contracts.data import Data


class ChannelAuth(Data):
    """The signature of a subscription. Only presence channels have `channel_data`."""

    auth: str
    channel_data: str | None = None


class UserAuth(Data):
    """The signature of a user."""

    auth: str
    user_data: str

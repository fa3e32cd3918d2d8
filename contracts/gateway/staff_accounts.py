"""The ask to the gateway, which owns the staff accounts."""

from typing import ClassVar

from contracts.data import Data
from contracts.message import Query


class StaffNames(Data):
    """Display names, keyed by the account's id. An id without an account at the hotel has no entry."""

    names: dict[str, str]


class GetStaffNames(Query[StaffNames]):
    """The present display names of these accounts of a hotel; closed accounts are named, too."""

    answered_within: ClassVar[float] = 1.0

    hotel: str
    staff_ids: tuple[str, ...]

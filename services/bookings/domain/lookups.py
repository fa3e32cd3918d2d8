"""Lookup mails: the bookings of one e-mail address at one hotel."""

from dataclasses import dataclass

MOST_LINKS = 10


@dataclass(frozen=True, kw_only=True)
class LookupMail:
    """One mail to one address about one hotel's bookings."""

    id: str
    address: str
    hotel: str
    booking_ids: tuple[str, ...]

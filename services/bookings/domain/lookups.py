"""Lookup mails: the bookings of one e-mail address at one hotel."""

from contracts.data import Data

MOST_LINKS = 10


class LookupMail(Data):
    """One mail to one address about one hotel's bookings."""

    id: str
    address: str
    hotel: str
    booking_ids: tuple[str, ...]

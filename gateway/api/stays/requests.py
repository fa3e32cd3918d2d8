"""What staff say to an overstay."""

from typing import Annotated

from pydantic import Field

from gateway.http.fields import Body, Count, Day, Prose


class Acknowledgement(Body):
    """That staff know of it, or with `dismiss` that it is none. The note stays with the hotel."""

    note: Prose = ""
    dismiss: bool = False


class Extension(Body):
    """Until when, or for how many more nights, the guest stays: exactly one of the two."""

    new_checkout_date: Day | None = None
    add_nights: Annotated[Count, Field(ge=1, le=365)] | None = None

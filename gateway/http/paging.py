"""What is asked about a stay before it is booked, and how lists are paged."""

from typing import Annotated

from pydantic import BaseModel, Field

from contracts.values import Page
from gateway.http.fields import Adults, Body, Children, Code, Day


class StayQuery(BaseModel):
    """Which nights, for how many."""

    check_in: Day
    check_out: Day
    adults: Annotated[int, Field(ge=1, le=50)] = 2
    children: Annotated[int, Field(ge=0, le=50)] = 0


class QuoteRequest(Body):
    """What to price."""

    room_type_code: Code
    check_in: Day
    check_out: Day
    adults: Adults = 2
    children: Children = 0
    promo_code: Code | None = None


class Paging(BaseModel):
    """Which slice of a list."""

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=100)] = 20

    @property
    def wanted(self) -> Page:
        """As the services are asked."""
        return Page(page=self.page, page_size=self.page_size)


class After(BaseModel):
    """From which number of a booking's feed."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0

"""Requests about a stay that is not booked yet."""

from typing import Annotated

from pydantic import BaseModel, Field

from gateway.http.fields import Adults, Body, Children, Code, Day


class StayQuery(BaseModel):
    """The nights and the guests of a stay."""

    check_in: Day
    check_out: Day = Field(examples=["2026-08-17"])
    adults: Annotated[int, Field(ge=1, le=50)] = 2
    children: Annotated[int, Field(ge=0, le=50)] = 0


class QuoteRequest(Body):
    """The stay to price."""

    room_type_code: Code = Field(examples=["STD"])
    check_in: Day
    check_out: Day = Field(examples=["2026-08-17"])
    adults: Adults = Field(2, examples=[2])
    children: Children = 0
    promo_code: Code | None = None

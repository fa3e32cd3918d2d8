"""Requests about payments."""

from typing import Annotated

from pydantic import Field

from gateway.http.fields import Body, Prose, Url


class ReturnUrls(Body):
    """The pages to which the payment page redirects the guest afterwards. Only configured origins are allowed."""

    success_url: Url | None = Field(None, examples=["https://hotel.example/paid"])
    cancel_url: Url | None = Field(None, examples=["https://hotel.example/back"])


class BalancePayment(Body):
    """An amount in major units; without an amount, the whole balance is paid. Guests do not see the note."""

    amount: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$", examples=["109.00"])] | None = None
    note: Prose = ""


class DeskRefund(BalancePayment):
    """An amount in major units; without an amount, all of `desk_refund_due`. Guests do not see the note."""

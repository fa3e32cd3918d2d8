"""Requests to change a booked stay."""

from typing import Any, Literal

from pydantic import Field

from contracts.bookings.change_previews import Settlement
from contracts.bookings.stay_changes import ExpectedChange, Reprice, RequestedChange
from gateway.http.fields import Adults, Body, Children, Code, Day, Prose

Difference = Field(None, pattern=r"^-?\d{1,12}(\.\d{1,4})?$", description="In major units.", examples=["130.80"])


class Expected(Body):
    """What the client saw in a preview. Any other result is refused `PRICE_CHANGED`."""

    total: str | None = Difference
    fee: str | None = Difference
    difference: str | None = Difference
    settlement: Literal["none", "pay_first", "owed", "refund", "capture_less"] | None = None


class StayChange(Body):
    """The values to change; a value that is not sent stays. A `promo_code` that is null takes the promotion off."""

    check_in: Day | None = None
    check_out: Day | None = Field(None, examples=["2026-08-18"])
    room_type_code: Code | None = Field(None, description="The room type's code, or its name.")
    adults: Adults | None = None
    children: Children | None = None
    promo_code: Code | None = None
    expected: Expected | None = None

    @property
    def change(self) -> RequestedChange:
        """The requested change."""
        return RequestedChange(**self._values)

    @property
    def expectation(self) -> ExpectedChange:
        """What the client expects of the change."""
        if self.expected is None:
            return ExpectedChange()
        values = self.expected.model_dump()
        return ExpectedChange(**values | {"settlement": values["settlement"] and Settlement(values["settlement"])})

    @property
    def _values(self) -> dict[str, Any]:
        values = self.model_dump(exclude={"expected"})
        return values | {"removes_promo": "promo_code" in self.model_fields_set and self.promo_code is None}


class StaffStayChange(StayChange):
    """A change by staff. `reprice` `all` gives every night the present price; a waiver needs `can_override`, a reason.

    With `waive_difference`, a dearer stay costs the guest nothing more, and a cheaper one has no fee.
    """

    reprice: Literal["changed_nights", "all"] = "changed_nights"
    waive_difference: bool = False
    reason: Prose = Field("", examples=["The guest has called."])

    @property
    def _values(self) -> dict[str, Any]:
        return super()._values | {"reprice": Reprice(self.reprice)}

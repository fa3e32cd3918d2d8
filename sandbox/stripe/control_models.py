"""What can be said to the control: one model per JSON body."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.stripe.cards import SUCCESS


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Pay(_Said):
    """Pay an open session with a test card, as a person would on the page."""

    card: str = SUCCESS.number
    email: str | None = None


class Advance(_Said):
    """Move the clock forward."""

    seconds: int = Field(ge=0)


class OpenDispute(_Said):
    """Dispute a captured charge, named itself or by its intent."""

    charge: str | None = None
    payment_intent: str | None = None
    amount: int | None = Field(default=None, ge=1)
    reason: str = "fraudulent"
    kind: Literal["inquiry", "chargeback"] = "chargeback"

    @model_validator(mode="after")
    def _one_named(self) -> OpenDispute:
        if (self.charge is None) == (self.payment_intent is None):
            raise ValueError("name either charge or payment_intent")
        return self


class CloseDispute(_Said):
    """End a dispute; an inquiry is closed either way."""

    status: Literal["won", "lost"]


class SettleRefund(_Said):
    """Bring a refund to its end."""

    status: Literal["succeeded", "failed"]
    reason: str = "lost_or_stolen_card"


class ChangeSettings(_Said):
    """Change how the stand-in behaves; what is left out stays."""

    strict: bool | None = None
    hold_days: int | None = Field(default=None, ge=1)
    release_shows_as_refund: bool | None = None

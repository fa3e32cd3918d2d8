"""The request bodies of the control API."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.stripe.cards import SUCCESS


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Pay(_Body):
    """Pay an open session with a test card, as on the payment page."""

    card: str = SUCCESS.number
    email: str | None = None


class Advance(_Body):
    """Advance the clock."""

    seconds: int = Field(ge=0)


class OpenDispute(_Body):
    """Dispute a captured charge, given by its id or its intent's id."""

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


class CloseDispute(_Body):
    """Close a dispute; an inquiry is closed with either status."""

    status: Literal["won", "lost"]


class SettleRefund(_Body):
    """Complete a refund."""

    status: Literal["succeeded", "failed"]
    reason: str = "lost_or_stolen_card"


class BehaviourChange(_Body):
    """Change behaviour settings; omitted fields are unchanged."""

    strict: bool | None = None
    hold_days: int | None = Field(default=None, ge=1)
    release_shows_as_refund: bool | None = None

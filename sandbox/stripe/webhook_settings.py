"""The settings of webhook delivery."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.stripe.patterns import Pattern


class WebhookSettings(BaseModel):
    """Destination and delivery behaviour. Durations are in seconds of real time."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = None
    secrets: list[str] = Field(default_factory=list)
    paused: bool = False
    copies: int = Field(default=1, ge=1)
    order: Literal["queued", "reverse", "shuffle"] = "queued"
    seed: int = 0
    delay: float = Field(default=0.0, ge=0)
    timeout: float = Field(default=10.0, gt=0)
    at_once: int = Field(default=1, ge=1)
    first_retry: float = Field(default=0.2, gt=0)
    longest_retry: float = Field(default=30.0, gt=0)
    attempts: int | None = Field(default=None, ge=1)


class Drop(BaseModel):
    """Drops the next `times` events (null: all) whose type matches the regular expression."""

    model_config = ConfigDict(extra="forbid")

    type: Pattern = ""
    times: int | None = Field(default=1, ge=1)

"""What payments owes the outside world, as its errands carry it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ApplyWebhook:
    """Find out what a stored notice is about, and bring that payment up to what the provider shows."""

    event_id: str


@dataclass(frozen=True, kw_only=True)
class ExpireSession:
    """The booking's hold has run out: close the page, unless it was paid on."""

    payment_id: str


@dataclass(frozen=True, kw_only=True)
class Pursue:
    """Do at the provider what is wanted of this payment, until nothing is."""

    payment_id: str
    why: str

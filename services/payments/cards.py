"""The port to the card provider, in the domain's words. Its adapter is `stripe_gateway`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chassis.refusal import Unavailable
from contracts.payments import ReconciliationPart
from contracts.values import Money
from services.payments.domain import ReturnPages, Want
from services.payments.domain.seen import SeenDispute, SeenIntent, SeenRefund, SeenSession


class CallRefused(Exception):
    """The provider understood and will not do it, for good. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CallFailed(Exception):
    """The provider answered that it failed, and keeps that answer for the key: it may or may not have done it."""


class CallBusy(Unavailable):
    """The same call, or another on the same object, is still running at the provider."""


class Unknown(Unavailable):
    """The provider has no such object, or not yet."""


class InvalidNotice(Exception):
    """Not a notice of the provider's: forged, stale or unreadable."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A page to be paid on. It closes by itself at `expires_at`, on the provider's clock."""

    payment_id: str
    booking_id: str
    hotel: str
    hotel_name: str
    description: str
    guest_email: str
    amount: Money
    pages: ReturnPages
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A verified notice, reduced to what it is about. `payment_id` is our own name, where the notice carries it."""

    event_id: str
    type: str
    created: datetime
    object_id: str | None = None
    payment_id: str | None = None
    session_id: str | None = None
    intent_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One object of the provider's as its lists show it. `payment_id` is our own name on it, where it carries one."""

    id: str
    state: str
    amount: Money
    payment_id: str | None = None
    booking_id: str | None = None
    intent_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A page of a list, newest first. `next` is where the following one begins; None at the end."""

    objects: tuple[Listed, ...]
    next: str | None


class Cards(Protocol):
    """What payments asks of the card provider.

    Every call raises `Unavailable` where no answer came. Requests are made by `order` and `request`, kept as they are,
    and sent by `perform`, under the same key always the same bytes.
    """

    def order(self, order: Order) -> str:
        """The request that opens a page."""
        ...

    def request(self, want: Want) -> str:
        """The request that does what is wanted."""
        ...

    def perform(self, request: str, *, key: str) -> str:
        """Send a kept request; the id of what it made or changed. Raises `CallRefused`, `CallFailed`, `CallBusy`."""
        ...

    def session(self, session_id: str) -> SeenSession:
        """One page. Raises `Unknown`."""
        ...

    def session_of(self, payment_id: str, *, since: datetime) -> SeenSession | None:
        """The page that was opened for this payment, searched for by our own name for it."""
        ...

    def intent(self, intent_id: str) -> SeenIntent:
        """One intent with its charge. Raises `Unknown`."""
        ...

    def refunds(self, intent_id: str) -> tuple[SeenRefund, ...]:
        """All that was given back, oldest first."""
        ...

    def disputes(self, intent_id: str) -> tuple[SeenDispute, ...]:
        """All disputes, oldest first."""
        ...

    def listed(self, part: ReconciliationPart, *, since: datetime | None, after: str | None) -> Listing:
        """A page of all sessions, intents, refunds or disputes that were made since."""
        ...

    def notice(self, body: str, signature: str) -> Notice:
        """What a signed notice says. Raises `InvalidNotice`."""
        ...

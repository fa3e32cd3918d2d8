"""The values that all services share: money, prices, policies, stays, actors, callers, permissions, hotel settings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NoReturn

from contracts.data import Data
from contracts.promotion_terms import PromotionTerms

# Minor digits by currency; two where not listed. Stripe takes ISK and UGX with two digits that are always zero, and
# three-digit currencies only in steps of ten (docs.stripe.com/currencies).
EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF"), 0),
    **dict.fromkeys(("VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}
STEPS = {**dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10), "ISK": 100, "UGX": 100}

# The digits to display; ISK and UGX are displayed without any.
DISPLAYED = {**EXPONENTS, "ISK": 0, "UGX": 0}


@dataclass(frozen=True, order=True)
class Money:
    """An amount in integer minor units of an ISO 4217 currency; never a float."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other).amount, self.currency)

    def __bool__(self) -> NoReturn:
        """Raise `TypeError`: a truth value would not tell a price of zero from no price (None)."""
        raise TypeError("an amount has no truth value: compare with None, or use is_zero")

    def __str__(self) -> str:
        """The amount as people read it: `EUR 150.00`, `JPY 15000`."""
        return f"{self.currency} {self.text}"

    @property
    def is_zero(self) -> bool:
        """Whether the amount is zero."""
        return self.amount == 0

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{other.currency} and {self.currency} do not add up")
        return other

    @property
    def exponent(self) -> int:
        """The number of decimal digits of the currency."""
        return EXPONENTS.get(self.currency, 2)

    @property
    def text(self) -> str:
        """The amount in major units, as in HTTP: `"150.00"`; for yen `"15000"`."""
        return f"{Decimal(self.amount).scaleb(-self.exponent):.{DISPLAYED.get(self.currency, 2)}f}"

    def portion(self, percent: Decimal) -> "Money":
        """The given percentage of the amount, rounded half up to an amount that the provider can charge."""
        return rounded(Decimal(self.amount) * percent / 100, self.currency)


def rounded(minor: Decimal, currency: str) -> Money:
    """Money from minor units, rounded half up to the smallest step that the provider can charge."""
    step = STEPS.get(currency, 1)
    return Money(int((minor / step).quantize(Decimal(1), ROUND_HALF_UP)) * step, currency)


def from_major(text: str, currency: str) -> Money:
    """Money from major units such as `"150.00"`. Raises `ValueError` for more decimal digits than the currency has."""
    minor = Decimal(text).scaleb(EXPONENTS.get(currency, 2))
    if minor != minor.to_integral_value():
        raise ValueError(f"{text} has more digits than {currency}")
    return Money(int(minor), currency)


@dataclass(frozen=True, order=True)
class Stay:
    """Hotel-local dates, half-open: the guest sleeps from `check_in` up to, but not including, `check_out`."""

    check_in: date
    check_out: date

    @property
    def nights(self) -> int:
        """The number of nights."""
        return (self.check_out - self.check_in).days

    def __iter__(self) -> Iterator[date]:
        return (self.check_in + timedelta(days=night) for night in range(self.nights))


class ActorKind(StrEnum):
    """The kinds of actor."""

    GUEST = "guest"
    STAFF = "staff"
    SYSTEM = "system"
    PROVIDER = "provider"


@dataclass(frozen=True)
class Actor:
    """The person or process that caused a change. Only actors of kind `staff` have an `id`: the account's.

    An actor has no name: whoever displays an actor reads the present name from the gateway, which owns the accounts.
    """

    kind: ActorKind
    id: str | None = None


SYSTEM = Actor(ActorKind.SYSTEM)
GUEST = Actor(ActorKind.GUEST)
PROVIDER = Actor(ActorKind.PROVIDER)


class Permission(StrEnum):
    """The permissions of a member of staff in their own hotel."""

    MANAGE_BOOKINGS = "can_manage_bookings"
    APPROVE = "can_approve"
    ASSIGN_ROOMS = "can_assign_rooms"
    MANAGE_CHECKIN = "can_manage_checkin"
    CONTACT_GUESTS = "can_contact_guests"
    CLEAN = "can_clean"
    INSPECT = "can_inspect"
    MANAGE_ROOMS = "can_manage_rooms"
    MANAGE_SETTINGS = "can_manage_settings"
    OVERRIDE = "can_override"
    SUPERUSER = "is_superuser"


class Caller(Data):
    """The sender of an ask. The gateway has authenticated staff; the bookings service checks the guest's token."""

    kind: str = "public"  # public | guest | staff | system
    staff_id: str | None = None
    name: str | None = None
    hotel: str | None = None
    permissions: frozenset[Permission] = frozenset()
    guest_token: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether this caller holds the permission."""
        return permission in self.permissions

    @property
    def actor(self) -> Actor:
        """The caller as the actor of a change."""
        if self.kind == "staff":
            return Actor(ActorKind.STAFF, self.staff_id)
        return Actor(ActorKind.SYSTEM if self.kind == "system" else ActorKind.GUEST)


class Context(Data):
    """The context of an ask: caller, trace and idempotency key.

    `idempotency_key` is already scoped to caller, method and path; `fingerprint` is the hash of the body. `if_match`
    are the versions at which the client permits the change; None permits every version. `vouchers` are the gateway's
    signatures of the caller, one for each service that is asked in turn; services pass the vouchers on unchanged.
    """

    caller: Caller = field(default_factory=Caller)
    traceparent: str = ""
    request_id: str = ""
    idempotency_key: str | None = None
    fingerprint: str | None = None
    if_match: tuple[int, ...] | None = None
    vouchers: dict[str, str] = field(default_factory=dict)

    def expects(self, version: int) -> bool:
        """Whether the client permits the change at this version."""
        return self.if_match is None or version in self.if_match


class PriceLines(Data):
    """A price as guests read it: the final price `total`, and its lines: total = subtotal - discount + taxes."""

    subtotal: Money
    discount: Money
    taxes: Money
    total: Money


class Price(Data):
    """The displayed price of a stay: net = subtotal - discount, total = net + tax. `nights` are the nightly prices.

    `promotion` is None without a discount, and in prices of earlier releases.
    """

    nights: tuple[Money, ...]
    subtotal: Money
    discount: Money
    tax: Money
    total: Money
    tax_percent: Decimal
    promo_code: str | None = None
    first_night: Money | None = None
    promotion: PromotionTerms | None = None

    @property
    def lines(self) -> PriceLines:
        """The price as guests read it."""
        return PriceLines(subtotal=self.subtotal, discount=self.discount, taxes=self.tax, total=self.total)


class PolicyTier(Data):
    """The fee of a cancellation that is made at least `hours_before` hours before check-in.

    Of several such tiers, the tier with the most hours applies. Without such a tier, the tier with the fewest hours
    applies. `value` is a percentage or, for the kind `FIXED`, an amount in minor units.
    """

    hours_before: int
    kind: str  # NONE | FIRST_NIGHT | PERCENTAGE | FIXED | FULL_STAY
    value: Decimal = Decimal(0)


# A cancellation is free until so many hours before check-in, where a policy of this kind sets no number of hours.
FREE_UNTIL_HOURS = {"FLEXIBLE": 24, "MODERATE": 48}


class CancellationPolicy(Data):
    """A hotel's cancellation terms. A booking keeps the terms that were valid when the booking was made."""

    kind: str  # FLEXIBLE | MODERATE | NON_REFUNDABLE | CUSTOM
    free_until_hours: int = 24
    percent: Decimal = Decimal(50)
    tiers: tuple[PolicyTier, ...] = ()
    no_show: str | None = None  # a tier's kind; the default follows the policy's kind
    text: str = ""


class HotelSettings(Data):
    """The operating settings of a hotel, as far as bookings depend on them. Times are hotel-local wall times, `HH:MM`.

    `payment_hold_minutes` is the time to pay, counted from the hold. `max_public_nights` is the longest stay that
    guests may book themselves. `guest_changes` (`never`, `free_hours` or `always`) says until when guests may change a
    confirmed booking. `change_payment_guest` and `change_payment_staff` (`first` or `owed`) say whether the difference
    of a dearer stay is paid before the change or owed after it. `overbooking_allowance` is the number of rooms of each
    type sold per night beyond those that exist. The limits of a card payment, `smallest_charge` and `largest_charge`,
    are in major units of the hotel's currency (`"0.50"`); empty, they are the provider's own limits
    (`contracts.charge_limits`).
    """

    payment_hold_minutes: int = 15
    approval_required: bool = True
    approval_sla_minutes: int = 30
    approval_cutoff_time: str = "22:00"
    approval_cutoff_day_offset: int = 0
    check_in_time: str = "15:00"
    early_checkin_from: str = "12:00"
    late_arrival_cutoff: str = "02:00"
    standard_checkout_time: str = "11:00"
    late_checkout_grace_minutes: int = 30
    room_pin_digits: int = 4
    strict_room_type: bool = False
    overbooking_allowance: int = 0
    max_public_nights: int = 30
    guest_changes: str = "free_hours"
    change_payment_guest: str = "first"
    change_payment_staff: str = "owed"
    smallest_charge: str = ""
    largest_charge: str = ""


class HotelCard(Data):
    """A hotel's name and contact, as printed on pages and in mails."""

    slug: str
    name: str
    code: str
    timezone: str
    currency: str
    email: str = ""
    phone: str = ""
    address: str = ""


class Page(Data):
    """A page of a list. Pages count from 1."""

    page: int = 1
    page_size: int = 20

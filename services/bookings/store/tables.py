"""The tables of the bookings service, and the types of their columns."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis import codec
from contracts.bookings.orders import OrderLine
from contracts.bookings.overstays import Incident
from contracts.bookings.views import FieldChange, InHouse
from contracts.values import Actor
from services.bookings.domain.agreed_terms import AgreedTerms, FirstBooked
from services.bookings.domain.booking import Charge, FailedRefund
from services.bookings.domain.pending_action import PendingAction
from services.bookings.domain.pending_change import PendingChange

METADATA = sa.MetaData()


class Typed(sa.types.TypeDecorator[Any]):
    """A column type that stores a dataclass as JSON."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: ARG002
        return None if value is None else codec.plain(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:  # noqa: ARG002
        return None if value is None else codec.typed(value, self.kind)


def _key(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in names]


def _moments(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.DateTime(timezone=True)) for name in names]


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text) for name in names]


def _actors(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, Typed(Actor)) for name in names]


def _amounts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger) for name in names]


# Amounts are minor units of `currency`. `due_at`, `change_due_at` (domain time) and `action_due_at` (wall time) are the
# next checks by timers; `timezone` is the hotel's.
BOOKING = sa.Table(
    "booking",
    METADATA,
    *_key("hotel", "id"),
    *_texts("confirmation_number", "room_type_code", "room_type_name", "source", "status", "timezone"),
    *_texts("special_requests", "internal_notes", "currency"),
    sa.Column("version", sa.Integer),
    sa.Column("check_in", sa.Date),
    sa.Column("check_out", sa.Date),
    sa.Column("held_from", sa.Date),
    sa.Column("adults", sa.Integer),
    sa.Column("children", sa.Integer),
    sa.Column("terms", Typed(AgreedTerms)),
    sa.Column("pending", Typed(PendingAction)),
    sa.Column("pending_change", Typed(PendingChange)),
    sa.Column("in_house", Typed(InHouse)),
    sa.Column("overstay", Typed(Incident)),
    sa.Column("late_arrival_expected", sa.Boolean),
    sa.Column("room_locked", sa.Boolean),
    *_moments("created_at", "updated_at", "checkout_deadline_at", "seen_at", "due_at", "action_due_at"),
    *_moments("change_due_at"),
    *_moments("expires_at", "approval_deadline_at", "payment_authorized_at", "paid_at", "decision_made_at"),
    *_moments("pay_until", "approval_requested_at", "capture_before"),
    *_moments("confirmed_at", "checked_in_at", "checked_out_at", "cancelled_at", "expired_at", "ended_at"),
    sa.Column("approval_alerts", ARRAY(sa.Text, as_tuple=True)),
    sa.Column("counted_by", ARRAY(sa.Text, as_tuple=True)),
    *_texts("payment_status", "payment_provider", "payment_reference", "payment_id", "payment_intent_id"),
    *_texts("reason_code", "reason_note", "assigned_room_number", "assigned_room_type", "assignment_notes"),
    *_texts("cancellation_reason", "refund_status", "expiry_reason", "push_token", "undone"),
    *_actors("decision_made_by", "confirmed_by", "checked_in_by", "checked_out_by", "cancelled_by"),
    *_amounts("total_amount", "captured", "refunded", "cancellation_fee", "refund_amount", "balance_due"),
    *_amounts("settled", "served", "authorized", "change_fees", "waived"),
    *_amounts("desk_refund_due", "desk_refunded", "extra_refunded"),
    sa.Column("first_booked", Typed(FirstBooked)),
    sa.Column("charges", Typed(tuple[Charge, ...])),
    sa.Column("failed_refunds", Typed(tuple[FailedRefund, ...])),
)

# The hotel of each booking id, confirmation number and guest token, which are unique across all hotels. Where only one
# of these is known, the hotel is read here; the row is written with the booking. `former_token_hash` is the hash of the
# same token under an earlier key.
DIRECTORY = sa.Table(
    "booking_directory",
    METADATA,
    *_key("booking_id"),
    *_texts("confirmation_number", "token_hash", "former_token_hash", "hotel"),
)

# Personal data. `search` is the `search_key` of what a search matches: name, e-mail, booking id, confirmation number;
# `email_key` is the `address_key` of the e-mail address.
GUEST = sa.Table(
    "guest",
    METADATA,
    *_key("hotel", "booking_id"),
    *_texts("first_name", "last_name", "email", "email_key", "phone", "token_hash", "search"),
    sa.Column("token_generation", sa.Integer),
)

# Parts of the counts of a hotel's bookings, negative for bookings that have changed; a count is the sum of its parts.
# Triggers of `booking` write them.
BOOKING_COUNT = sa.Table(
    "booking_count",
    METADATA,
    sa.Column("hotel", sa.Text, primary_key=True),
    sa.Column("id", sa.BigInteger, primary_key=True),
    *_texts("status", "source"),
    sa.Column("has_room", sa.Boolean),
    sa.Column("bookings", sa.Integer),
)

# Every incident; a booking's latest is also in `booking.overstay`, where it is read and locked with the booking.
OVERSTAY = sa.Table(
    "overstay",
    METADATA,
    *_key("hotel", "id"),
    *_texts("booking_id", "status", "severity", "resolution", "note"),
    *_moments("deadline_at", "opened_at", "acknowledged_at", "closed_at"),
    *_actors("acknowledged_by", "closed_by"),
)

# Hashes of the one-time codes in mailed links.
ACCESS_CODE = sa.Table(
    "access_code",
    METADATA,
    *_key("code_hash"),
    *_texts("hotel", "booking_id"),
    *_moments("ends_at", "used_at"),
)

# Unpaid holds of one e-mail address or one network address at a hotel. `name` contains a keyed hash; the caps are those
# of the latest hold.
HOLD_COUNT = sa.Table(
    "hold_count",
    METADATA,
    *_key("hotel", "name"),
    *(sa.Column(name, sa.Integer) for name in ("holds", "nights", "most_holds", "most_nights")),
)

# Nights of which staff were told that unusually many rooms are held unpaid.
UNUSUAL_NIGHT = sa.Table(
    "unusual_night",
    METADATA,
    sa.Column("hotel", sa.Text, primary_key=True),
    sa.Column("night", sa.Date, primary_key=True),
    *_moments("noticed_at"),
)

# The last check that every sold stay of a hotel can be given a room. All times are domain times; `impossible` has the
# stays that staff know of.
ROOM_PLAN_CHECK = sa.Table(
    "room_plan_check",
    METADATA,
    *_key("hotel"),
    *_moments("due_at", "checked_at"),
    sa.Column("marks", sa.Integer),
    *_texts("version"),
    sa.Column("impossible", JSONB),
)

# Holds as the rooms service publishes them. `check_at` (wall time) is the next check for an orphan.
HOLD = sa.Table(
    "hold",
    METADATA,
    *_key("hotel", "booking_id"),
    *_moments("held_at", "check_at"),
)

# Communications by staff, and notices that the notifier sent. `sequence` is that of the communication's event in the
# booking's feed, or NULL; a NULL `recipient` stands for the guest's own address.
COMMUNICATION = sa.Table(
    "communication",
    METADATA,
    *_key("hotel", "notice_id", "booking_id"),
    *_texts("occasion", "medium", "delivery_status", "failure_reason", "subject", "message", "recipient"),
    *_actors("staff_member"),
    sa.Column("sequence", sa.Integer),
    *_moments("at"),
)

# Chat messages; a message's id is its event's sequence in the booking's feed.
CHAT_MESSAGE = sa.Table(
    "chat_message",
    METADATA,
    *_key("hotel", "booking_id"),
    sa.Column("id", sa.Integer, primary_key=True),
    *_texts("sender", "text"),
    *_actors("by"),
    *_moments("sent_at"),
)

# The last message that each side has read.
CHAT_READING = sa.Table(
    "chat_reading",
    METADATA,
    *_key("hotel", "booking_id", "reader"),
    sa.Column("read_to", sa.Integer),
)

# Room-service orders; amounts are minor units of `currency`.
ROOM_ORDER = sa.Table(
    "room_order",
    METADATA,
    *_key("hotel", "id"),
    *_texts("booking_id", "room_number", "status", "currency", "note", "reason"),
    sa.Column("lines", Typed(tuple[OrderLine, ...])),
    *_amounts("total"),
    *_moments("placed_at", "accepted_at", "closed_at"),
    *_actors("accepted_by", "closed_by"),
)

# Addresses of lookup requests that the timer has not handled.
LOOKUP_REQUEST = sa.Table(
    "lookup_request", METADATA, sa.Column("address", sa.Text, primary_key=True), *_moments("asked_at")
)

# Lookup mails; at most one per address and hotel within the quiet time.
LOOKUP_MAIL = sa.Table(
    "lookup_mail",
    METADATA,
    *_key("hotel", "id"),
    *_texts("address"),
    sa.Column("booking_ids", ARRAY(sa.Text)),
    *_moments("asked_at", "quiet_until"),
)

# The values before and after each amendment by staff, which its event does not carry: personal data and texts.
AMENDMENT = sa.Table(
    "amendment",
    METADATA,
    *_key("hotel", "booking_id"),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("changes", Typed(tuple[FieldChange, ...])),
)

# Payment events without an event of the booking's own, for the timeline.
PAYMENT_FACT = sa.Table(
    "payment_fact",
    METADATA,
    *_key("hotel"),
    sa.Column("event_id", sa.Uuid, primary_key=True),
    *_texts("booking_id", "what", "why", "trace_id"),
    *_moments("at"),
)

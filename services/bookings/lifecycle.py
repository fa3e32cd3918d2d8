"""The life of a booking. Only this table knows which status may follow which, and by which event."""

from chassis.lifecycle import Lifecycle
from contracts.bookings.amendments import BookingAmended
from contracts.bookings.approval import (
    BookingApproved,
    BookingAwaitsApproval,
    BookingConfirmed,
    BookingDeclined,
    PaymentNotRequired,
)
from contracts.bookings.balance import (
    BalancePaid,
    BalancePaymentAccepted,
    BalancePaymentFailed,
    BalancePaymentRefused,
    BalanceSettled,
    RefundedAtDesk,
)
from contracts.bookings.chat import ChatMessageSent
from contracts.bookings.communications import CommunicationNoted, CommunicationRequested, DeliveryStatus
from contracts.bookings.events import (
    BookingCancelled,
    BookingDrafted,
    BookingExpired,
    BookingHeld,
    BookingPaymentFailed,
    PaymentAwaited,
    PaymentTurnedAway,
)
from contracts.bookings.extensions import StayExtended
from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.bookings.orders import OrderAccepted, OrderCancelled, OrderCompleted, OrderPlaced, OrderStatus
from contracts.bookings.overstays import (
    IncidentStatus,
    OverstayAcknowledged,
    OverstayDismissed,
    OverstayFlagged,
    OverstayResolved,
)
from contracts.bookings.refunds import BookingRefunded, BookingRefundFailed, BookingRefundRetried
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import StayChanged, StayChangeHeld, StayChangeLapsed
from contracts.bookings.stays import (
    BookingNoShow,
    GuestCheckedIn,
    GuestCheckedOut,
    RoomAssigned,
    RoomLocked,
    RoomMoved,
    RoomUnassigned,
)
from contracts.bookings.undo import CheckInUndone, CheckOutUndone, NoShowUndone
from contracts.notifier.events import NoticeGaveUp, NoticeSent

Status = BookingStatus

# Statuses with an open chat, from submission to the end of the stay.
LIVE = (Status.PENDING_PAYMENT, Status.PENDING_APPROVAL, Status.CONFIRMED, Status.IN_HOUSE)

# Statuses without a due card payment, in which an authorisation comes too late.
PAST_PAYING = tuple(status for status in Status if status not in (Status.DRAFT, *LIVE[:2]))

# Statuses in which the guest may owe a balance, and pay it at the desk or by card.
OWES = (Status.CONFIRMED, Status.IN_HOUSE, Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW)

# Statuses in which the hotel keeps a fee instead of the price.
HAS_A_FEE = (Status.CANCELLED, Status.NO_SHOW)

LIFECYCLE = Lifecycle[BookingStatus](
    # while                     when this happens       it becomes
    (None, BookingDrafted, Status.DRAFT),
    (None, BookingHeld, Status.PENDING_PAYMENT),
    (Status.DRAFT, BookingHeld, Status.PENDING_PAYMENT),
    (Status.DRAFT, BookingCancelled, Status.CANCELLED),
    (Status.DRAFT, BookingExpired, Status.EXPIRED),
    (Status.PENDING_PAYMENT, PaymentAwaited, Status.PENDING_PAYMENT),
    (Status.PENDING_PAYMENT, BookingAwaitsApproval, Status.PENDING_APPROVAL),
    (Status.PENDING_PAYMENT, PaymentNotRequired, Status.PENDING_APPROVAL),
    (Status.PENDING_PAYMENT, BookingConfirmed, Status.CONFIRMED),
    (Status.PENDING_PAYMENT, BookingCancelled, Status.CANCELLED),
    (Status.PENDING_PAYMENT, BookingExpired, Status.EXPIRED),
    (Status.PENDING_APPROVAL, BookingApproved, Status.PENDING_APPROVAL),
    (Status.PENDING_APPROVAL, BookingConfirmed, Status.CONFIRMED),
    (Status.PENDING_APPROVAL, BookingPaymentFailed, Status.PENDING_PAYMENT),
    (Status.PENDING_APPROVAL, BookingDeclined, Status.DECLINED),
    (Status.PENDING_APPROVAL, BookingCancelled, Status.CANCELLED),
    (Status.PENDING_APPROVAL, BookingExpired, Status.EXPIRED),
    (Status.CONFIRMED, RoomAssigned, Status.CONFIRMED),
    (Status.CONFIRMED, RoomLocked, Status.CONFIRMED),
    (Status.CONFIRMED, RoomUnassigned, Status.CONFIRMED),
    (Status.CONFIRMED, GuestCheckedIn, Status.IN_HOUSE),
    (Status.CONFIRMED, BookingCancelled, Status.CANCELLED),
    (Status.CONFIRMED, BookingNoShow, Status.NO_SHOW),
    (Status.IN_HOUSE, RoomMoved, Status.IN_HOUSE),
    (Status.IN_HOUSE, CheckInUndone, Status.CONFIRMED),
    (Status.IN_HOUSE, GuestCheckedOut, Status.COMPLETED),
    (Status.COMPLETED, CheckOutUndone, Status.IN_HOUSE),
    (Status.NO_SHOW, NoShowUndone, Status.CONFIRMED),
    (Status.IN_HOUSE, StayExtended, Status.IN_HOUSE),
    (Status.IN_HOUSE, BookingCancelled, Status.CANCELLED),
    (Status.IN_HOUSE, OverstayFlagged, Status.IN_HOUSE),
    (Status.IN_HOUSE, OverstayAcknowledged, Status.IN_HOUSE),
    (Status.IN_HOUSE, OverstayDismissed, Status.IN_HOUSE),
    (Status.IN_HOUSE, OverstayResolved, Status.IN_HOUSE),
    (Status.IN_HOUSE, OrderPlaced, Status.IN_HOUSE),
    (Status.IN_HOUSE, OrderAccepted, Status.IN_HOUSE),
    (Status.IN_HOUSE, OrderCompleted, Status.IN_HOUSE),
    (Status.IN_HOUSE, OrderCancelled, Status.IN_HOUSE),
    *((status, StayChanged, status) for status in (Status.DRAFT, *LIVE)),
    (Status.CONFIRMED, StayChangeHeld, Status.CONFIRMED),
    *((status, StayChangeLapsed, status) for status in OWES),
    *((status, ChatMessageSent, status) for status in LIVE),
    *((status, event, status) for event in (BalanceSettled, RefundedAtDesk) for status in OWES),
    *(
        (status, event, status)
        for event in (BalancePaymentAccepted, BalancePaymentRefused, BalancePaid, BalancePaymentFailed)
        for status in OWES
    ),
    *((status, PaymentTurnedAway, status) for status in PAST_PAYING),
    # Notes and refunds are possible in any status and do not change it.
    *((status, BookingAmended, status) for status in Status),
    *((status, GuestTokenRevoked, status) for status in Status),
    *((status, CommunicationRequested, status) for status in Status),
    *((status, CommunicationNoted, status) for status in Status),
    *((status, BookingRefunded, status) for status in Status if status is not Status.DRAFT),
    *((status, BookingRefundFailed, status) for status in Status if status is not Status.DRAFT),
    *((status, BookingRefundRetried, status) for status in Status if status is not Status.DRAFT),
)

OVERSTAYS = Lifecycle[IncidentStatus](
    # while                        when this happens     it becomes
    (None, OverstayFlagged, IncidentStatus.OPEN),
    (IncidentStatus.OPEN, OverstayFlagged, IncidentStatus.OPEN),
    (IncidentStatus.OPEN, OverstayAcknowledged, IncidentStatus.ACKNOWLEDGED),
    (IncidentStatus.OPEN, OverstayDismissed, IncidentStatus.DISMISSED),
    (IncidentStatus.OPEN, OverstayResolved, IncidentStatus.RESOLVED),
    (IncidentStatus.ACKNOWLEDGED, OverstayFlagged, IncidentStatus.ACKNOWLEDGED),
    (IncidentStatus.ACKNOWLEDGED, OverstayDismissed, IncidentStatus.DISMISSED),
    (IncidentStatus.ACKNOWLEDGED, OverstayResolved, IncidentStatus.RESOLVED),
)

ORDERS = Lifecycle[OrderStatus](
    # while                 when this happens   it becomes
    (None, OrderPlaced, OrderStatus.PLACED),
    (OrderStatus.PLACED, OrderAccepted, OrderStatus.ACCEPTED),
    (OrderStatus.PLACED, OrderCancelled, OrderStatus.CANCELLED),
    (OrderStatus.ACCEPTED, OrderCompleted, OrderStatus.COMPLETED),
    (OrderStatus.ACCEPTED, OrderCancelled, OrderStatus.CANCELLED),
)

# An operator may replay a notice that the notifier gave up. `SENT`: the mail server accepted the mail.
COMMUNICATIONS = Lifecycle[DeliveryStatus](
    # while                   when this happens       it becomes
    (None, CommunicationNoted, DeliveryStatus.DELIVERED),
    (None, CommunicationRequested, DeliveryStatus.PENDING),
    (DeliveryStatus.PENDING, NoticeSent, DeliveryStatus.SENT),
    (DeliveryStatus.PENDING, NoticeGaveUp, DeliveryStatus.FAILED),
    (DeliveryStatus.FAILED, NoticeSent, DeliveryStatus.SENT),
)

# A booking has at most one incident in one of these; a unique index enforces this.
UNDECIDED = frozenset({IncidentStatus.OPEN, IncidentStatus.ACKNOWLEDGED})

ENDED = frozenset({Status.COMPLETED, Status.DECLINED, Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW})

# Statuses that ended without a stay; the booking holds no inventory.
CALLED_OFF = ENDED - {Status.COMPLETED}

# Statuses in which a booking needs no nights of the rooms service.
WITHOUT_NIGHTS = CALLED_OFF | {Status.DRAFT}

# Older clients' names, accepted in filters only.
SYNONYMS = {"CHECKED_IN": Status.IN_HOUSE, "CHECKED_OUT": Status.COMPLETED}

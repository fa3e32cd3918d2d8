"""The specification's table of realtime events, copied by hand, and the product's additions to it."""

SPECIFIED = """
    event                   | realtime event             | alias                         | channels
    BookingDrafted          | booking_created            |                               | hotel booking
    BookingHeld             | booking_created            |                               | hotel booking
    BookingAwaitsApproval   | payment_authorized         |                               | hotel staff booking
    BookingConfirmed        | payment_success            |                               | hotel booking
    BookingApproved         | booking_approved           |                               | hotel booking
    BookingConfirmed        | booking_confirmed          |                               | hotel booking
    BookingDeclined         | booking_declined           |                               | hotel booking
    BookingCancelled        | booking_cancelled          |                               | hotel booking
    BookingExpired          | booking_expired            |                               | hotel booking
    BookingRefunded         | refund_processed           |                               | hotel booking
    BookingRefundFailed     | refund_failed              |                               | hotel staff booking
    RoomAssigned            | room_assigned              | booking_room_assigned         | hotel booking room
    RoomUnassigned          | room_unassigned            |                               | hotel booking room
    RoomMoved               | room_moved                 | booking_room_assigned         | hotel booking room
    GuestCheckedIn          | booking_checked_in         | booking-checked-in            | hotel booking room
    GuestCheckedOut         | booking_checked_out        | booking-checked-out           | hotel booking room
    BookingNoShow           | booking_no_show            |                               | hotel booking
    RoomStatusChanged       | room_status_changed        | room-status-changed           | hotel room
    OverstayFlagged         | overstay_flagged           | booking_overstay_flagged      | hotel staff
    OverstayAcknowledged    | overstay_acknowledged      | booking_overstay_acknowledged | hotel staff
    StayExtended            | overstay_extended          | booking_overstay_extended     | hotel staff
    OverstayResolved        | overstay_resolved          | booking_overstay_resolved     | hotel staff
    InventoryHeld           | availability_changed       |                               | public
    InventoryReleased       | availability_changed       |                               | public
    AvailabilityChanged     | availability_changed       |                               | public
    ApprovalFellDue         | approval_due               |                               | staff
    PaymentMismatched       | payment_mismatch           |                               | staff
    PaymentDisputed         | payment_disputed           |                               | staff
    BookingPaymentFailed    | payment_failed             |                               | staff booking
    NoticeGaveUp            | notice_gave_up             |                               | staff
    HoldsUnusual            | holds_unusual              |                               | staff
    HousekeepingTaskOpened  | housekeeping_task_created  |                               | hotel room
    HousekeepingTaskDone    | housekeeping_task_done     |                               | hotel room
    ChatMessageSent         | chat_message               |                               | hotel booking
    OrderPlaced             | order_created              |                               | hotel booking
    OrderAccepted           | order_updated              |                               | hotel booking
    OrderCompleted          | order_updated              |                               | hotel booking
    OrderCancelled          | order_updated              |                               | hotel booking
    HotelSettingsChanged    | settings_updated           | settings-updated              | hotel public
"""
BEYOND = """
    event                   | realtime event             | alias                         | channels
    PaymentNotRequired      | approval_requested         |                               | hotel staff booking
    OverstayDismissed       | overstay_resolved          | booking_overstay_resolved     | hotel staff
    StayExtended            | balance_changed            |                               | hotel booking
    BookingRefundRetried    | refund_retried             |                               | hotel staff booking
    BalancePaymentAccepted  | balance_changed            |                               | hotel booking
    BalanceSettled          | balance_changed            |                               | hotel booking
    RefundedAtDesk          | balance_changed            |                               | hotel booking
    BalancePaid             | payment_success            |                               | hotel booking
    BalancePaymentFailed    | payment_failed             |                               | staff booking
    BalancePaymentFailed    | balance_changed            |                               | hotel booking
    BalancePaymentRefused   | payment_failed             |                               | staff booking
    PaymentTurnedAway       | payment_failed             |                               | staff booking
    InventoryExtended       | availability_changed       |                               | public
    RoomBlocked             | room_blocked               |                               | hotel room
    RoomUnblocked           | room_unblocked             |                               | hotel room
    CheckOutUndone          | booking_check_out_undone   |                               | hotel booking room
    HousekeepingTaskWithdrawn | housekeeping_task_withdrawn |                            | hotel room
    NoShowUndone            | booking_no_show_undone     |                               | hotel booking
    CheckInUndone           | booking_check_in_undone    |                               | hotel booking room
    RoomPlanImpossible      | room_plan_impossible       |                               | staff
    RoomLocked              | room_locked                |                               | hotel room
    StayChanged             | booking_changed            |                               | hotel booking room
    StayChangeHeld          | booking_change_pending     |                               | hotel booking room
    StayChangeLapsed        | booking_change_lapsed      |                               | hotel booking room
    InventoryChanged        | availability_changed       |                               | public
"""
EVERY_CHANGE = {
    (name, channel)
    for name in ("booking_status_changed", "booking-updated", "booking_updated")
    for channel in ("hotel", "booking")
}

Pairs = set[tuple[str, str]]


def pairs_by_event(*tables: str) -> dict[str, Pairs]:
    """By event: every realtime name with every kind of channel that carries it."""
    pairs: dict[str, Pairs] = {}
    for table in tables:
        for line in table.strip().splitlines()[1:]:
            event, name, aliases, channels = (cell.strip() for cell in line.split("|"))
            names = (name, *aliases.split())
            pairs.setdefault(event, set()).update((name, channel) for name in names for channel in channels.split())
    return pairs


EXPECTED = pairs_by_event(SPECIFIED, BEYOND)

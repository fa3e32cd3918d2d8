"""Who asks whom: the asks that each kind of process sends. The broker's permissions follow from this table.

The names are those of the asks' classes. `operations` stands for the asks that every service handles.
"""

EVERY_SERVICE = "operations"
GATEWAY = "gateway"  # is asked, and is no service

ASKS: dict[str, dict[str, tuple[str, ...]]] = {
    "bookings": {
        "rooms": (
            "ApplyRoomPlan", "ApplyStayChange", "ChangeStay", "CheckUndo", "ClearRoom", "ExtendStay", "FindCandidates",
            "FindRoomPlan", "FindRooms", "GetCapacity", "GetHotel", "GetMenu", "GetSettings", "GiveRoom", "HoldAgain",
            "HoldInventory", "HoldStayChange", "MoveGuest", "MoveIn", "MoveOut", "PreviewStayChange", "PriceItems",
            "ReceiveWalkIn", "ReleaseInventory", "TakeCensus", "TakeRoomBack", "UndoMoveIn", "UndoMoveOut",
        ),
    },
    "payments": {"bookings": ("GetPayable",)},
    "rooms": {},
    "notifier": {
        "bookings": (
            "AuthenticateGuest", "GetBooking", "GetLetter", "GetLookupLetter", "GetMailFacts", "GetManyMailFacts",
        ),
        "gateway": ("GetStaffNames",),
    },
    "gateway": {
        "bookings": (
            "AcceptOrder", "AcknowledgeOverstay", "AddWalkIn", "AmendBooking", "ApproveBooking", "AssignRoom",
            "CancelBooking", "CancelOrder", "ChangeBooking", "CheckIn", "CheckInBookings", "CheckOut", "CheckOutRooms",
            "Communicate", "CompleteOrder", "ConfirmBooking", "CreateBooking", "DeclineBooking", "ExchangeCode",
            "ExtendBooking", "FindEndedGuestTokens", "GetBooking", "GetCandidateRooms", "GetChat", "GetFeed",
            "GetGuestNames", "GetOverstay", "GetOwnMenu", "GetTimeline", "ListBookings", "ListChats",
            "ListCommunications", "ListOrders", "LookUpBookings", "MarkNoShow", "MarkSeen", "MoveRoom", "PlaceOrder",
            "PlanRooms", "PreviewChange", "PreviewUndo", "ReadChat", "RefundAtDesk", "RegisterPushToken", "RetryRefund",
            "RevokeGuestToken", "SendChatMessage", "SettleBalance", "SubmitBooking", "UnassignRoom", "UndoCheckIn",
            "UndoCheckOut", "UndoNoShow",
        ),
        "notifier": ("DescribeRealtime", "DropUser", "SignChannel", "SignUser"),
        "payments": ("ClosePaymentPage", "OpenPaymentSession", "StoreWebhook", "VerifyPayment"),
        "rooms": (
            "AddMenuItem", "AddPolicy", "AddPromotion", "AddRoom", "AddRoomType", "AssignTask", "BlockRoom",
            "ChangeMenuItem", "ChangePolicy", "ChangePromotion", "ChangeRoom", "ChangeRoomStatus", "ChangeRoomType",
            "ChangeSettings", "CheckAvailability", "FindFreeRooms", "FinishTask", "GetHotel", "GetMenu", "GetMenuItem",
            "GetPolicy", "GetPromotion", "GetRoom", "GetRoomHistory", "GetRoomType", "GetSettings", "GiveQuote",
            "ListBlocks", "ListHotels", "ListPolicies", "ListPromotions", "ListRates", "ListRoomTypes", "ListRooms",
            "ListTasks", "RemoveMenuItem", "RemovePolicy", "RemovePromotion", "RemoveRoom", "RemoveRoomType",
            "StartTask", "UnblockRoom", "WriteRates",
        ),
        EVERY_SERVICE: ("Ping", "ReadMetrics"),
    },
    "operator": {
        "bookings": ("GetBooking", "RetryRefund"),
        "notifier": ("DropUser", "GetNotice", "ListNotices", "ReplayNotice"),
        "payments": ("DismissWebhook", "GetWebhook", "ListWebhooks", "Reconcile", "ReplayWebhook"),
        "rooms": ("ImportHotel", "ListHotels"),
        EVERY_SERVICE: (
            "AdvanceClock", "Examine", "ExplainBooking", "ExplainEvents", "Ping", "PublishAgain", "ReadEvidence",
            "ReadMetrics", "SkipEvent",
        ),
    },
}  # fmt: skip


def asks_any(asker: str, service: str) -> bool:
    """Whether processes of the kind `asker` send any ask to this service, or to the gateway."""
    row = ASKS[asker]
    return service in row or (EVERY_SERVICE in row and service != GATEWAY)


def may_ask(asker: str, service: str, method: str) -> bool:
    """Whether the table permits this ask."""
    row = ASKS.get(asker, {})
    return method in row.get(service, ()) or (service != GATEWAY and method in row.get(EVERY_SERVICE, ()))


def askers_of(service: str) -> frozenset[str]:
    """The kinds of processes that send asks to this service, or to the gateway."""
    return frozenset(asker for asker in ASKS if asks_any(asker, service))

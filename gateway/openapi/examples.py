"""The examples of the OpenAPI document: the example of a schema is composed of the examples of its fields.

A field has its own example (`Field(examples=…)`, or `examples=` of a view), else the example of `BY_NAME`, else an
example made from its type.
"""

from typing import Any

BY_FORMAT = {"date": "2026-08-14", "date-time": "2026-07-01T09:30:00Z", "uuid": "0f3c9a51-b7e8-4c0f-9a6d-2b1e7c5d4f3a"}
BY_NAME: dict[str, Any] = {
    # bookings
    "booking_id": "BK-2026-7KQ2MDXR", "confirmation_number": "KIL-2026-X4T9PWHC",
    "change_id": "BK-2026-7KQ2MDXR~3f9ac1d20b77",
    "guest_token": "x7Kq2mD9vT4pR8sWx7Kq2mD9vT4pR8sWx7Kq2mD9vT4", "guest_name": "Ada Byrne", "guest_first_name": "Ada",
    "guest_last_name": "Byrne", "guest_email": "ada@example.com", "guest_phone": "+353 64 555 0101",
    "status": "CONFIRMED", "source": "online", "nights": 3, "adults": 2, "special_requests": "A quiet room, please.",
    "children": 0, "check_out": "2026-08-17", "balance_due": "0.00", "can_cancel": True, "fee_amount": "0.00",
    "refund_amount": "392.40", "applied_rule": "FREE_PERIOD", "payment_status": "CAPTURED",
    "policy_text": "Free until 24 hours before check-in.", "what": "BookingConfirmed",
    # money
    "currency": "EUR", "amount": "150.00", "amount_total": "150.00", "total": "392.40", "total_amount": "392.40",
    "subtotal": "360.00", "discount": "0.00", "taxes": "32.40", "price": "120.00", "price_from": "130.80",
    "base_price": "120.00", "unit_price": "4.50", "value": "10", "percent": "50",
    # hotels and rooms
    "hotel": "hotel-killarney", "slug": "hotel-killarney", "hotel_name": "Hotel Killarney",
    "timezone": "Europe/Dublin", "address": "1 Lake Road, Killarney", "tagline": "By the lake",
    "short_description": "A quiet house by the lake.", "hero_image": "/images/lake.jpg",
    "logo_image": "/images/logo.svg", "gallery": ["/images/lake.jpg"], "amenities": ["sauna", "parking"],
    "theme": {"accent": "#0a5c36"}, "check_in_time": "15:00",
    "long_description": "Forty rooms between the lake and the mountains.", "approval_cutoff_time": "22:00",
    "check_out_time": "11:00", "early_checkin_from": "12:00", "late_arrival_cutoff": "02:00",
    "standard_checkout_time": "11:00", "room_number": "101", "room_type": "Standard Double",
    "room_type_name": "Standard Double", "code": "STD", "room_type_code": "STD", "room_status": "READY_FOR_GUEST",
    "max_occupancy": 2, "available_units": 4, "is_available": True, "can_accommodate": True, "is_active": True,
    "old_status": "OCCUPIED", "new_status": "CHECKOUT_DIRTY", "bed_setup": "One double bed",
    "photo": "/images/room.jpg", "category": "Drinks", "conflict_reason": "Existing booking", "ssid": "Killarney",
    # people and messages
    "id": "BK-2026-7KQ2MDXR", "kind": "staff", "name": "Nora Clerk", "email": "ada@example.com",
    "phone": "+353 64 555 0101", "role": "front_desk", "permissions": ["can_manage_bookings"], "sender": "guest",
    "text": "Could we have an extra pillow?", "message": "Could we have an extra pillow?", "subject": "Your arrival",
    "recipient": "ada@example.com", "communication_type": "PHONE", "delivery_status": "SENT",
    "notes": "Quiet, to the courtyard.", "token": "hms_x7Kq2mD9vT4pR8sWx7Kq2mD9vT4pR8sWx7Kq2mD9vT4",
    "trace_id": "0af7651916cd43dd8448eb211c80319c",
    # rooms
    "fit": "same_type", "severity": "MEDIUM", "tax_percent": "9",
    "quote_id": "Q-0f3c9a51b7e84c0f9a6d2b1e7c5d4f3a", "password": "lakeside-2026",
    "internal_notes": "Celebrates an anniversary.", "smallest_charge": "0.50", "largest_charge": "999999.99",
    # payments and push
    "session_id": "cs_test_a1b2c3", "payment_url": "https://checkout.stripe.com/c/pay/cs_test_a1b2c3",
    "public_channel": "hotel-hotel-killarney-public", "channel": "private-booking-BK-2026-7KQ2MDXR",
    "channels": ["private-hotel-hotel-killarney", "private-staff-hotel-killarney"], "port": 443, "secure": True,
    "user_data": '{"id": "staff-2a9c3ffc-3ace-4c8e-ab84-fb6993be22a6"}', "key": "app-key",
    "cluster": "mt1", "host": "push.hotel.example", "auth_endpoint": "/api/realtime/auth/",
    "auth": f"app-key:{'5f3c0d9e' * 8}", "user_auth_endpoint": "/api/realtime/user-auth/",
    "event_id": "0f3c9a51b7e84c0f9a6d2b1e7c5d4f3a", "type": "bookings.BookingConfirmed.v1",
    "description": "Free until 24 hours before check-in.",
}  # fmt: skip
CHANGE: dict[str, Any] = {  # the stay ends a night later
    "allowed": True,
    "refusals": [],
    "nights_kept": ["2026-08-14", "2026-08-15", "2026-08-16"],
    "nights_added": ["2026-08-17"],
    "nights_removed": [],
    "lines": [
        {"night": f"2026-08-{day}", "amount": "130.80", "currency": "EUR", "agreed": day < 17} for day in range(14, 18)
    ],
    "old_total": "392.40",
    "new_total": "523.20",
    "difference": "130.80",
    "fee": "0.00",
    "currency": "EUR",
    "settlement": "owed",
    "refund": "0.00",
    "balance_due": "130.80",
    "room": "freed",
    "warnings": ["ROOM_UNASSIGNED"],
    "changeable_until": "2026-08-13T14:00:00Z",
}
# Further members of a problem response, by code.
MEMBERS: dict[str, dict[str, Any]] = {
    "CANNOT_UNDO": {"reason": "TOO_LATE"},
    "PRICE_CHANGED": {"preview": CHANGE},
}
BY_SCHEMA: dict[str, dict[str, Any]] = {
    "Alive": {"status": "alive"},
    "BalanceWarning": {"code": "BALANCE_DUE"},
    "BookingFailed": {"code": "ROOM_NOT_READY"},
    "BulkCheckInReport": {"detail": "Processed 2 booking(s) in hotel 'hotel-killarney'"},
    "BulkCheckOutReport": {"detail": "Processed 2 room(s) in hotel 'hotel-killarney'"},
    "CandidateRoom": {
        "room_type": "Superior Double",
        "room_type_code": "SUP",
        "fit": "upgrade",
        "warnings": ["ROOM_TYPE_MISMATCH"],
        "explanation": "An upgrade, ready.",
    },
    "CheckedOut": {"message": "The guest has checked out."},
    "CheckedOutBooking": {"status": "COMPLETED"},
    "Communication": {"id": BY_FORMAT["uuid"]},
    "EarlyDepartureWarning": {"code": "LEAVES_EARLY"},
    "ErrorObject": {"code": "BOOKING_NOT_FOUND", "message": "There is no such booking."},
    "FieldChange": {"field": "check_out", "from_value": "2026-08-17", "to_value": "2026-08-18"},
    "FieldError": {"field": "guest.email", "message": "Not an e-mail address."},
    "Incident": {"id": "0f3c9a51b7e84c0f9a6d2b1e7c5d4f3a", "status": "OPEN"},
    "Me": {"id": "2a9c3ffc-3ace-4c8e-ab84-fb6993be22a6"},
    "MenuItem": {"name": "Sparkling water", "description": "From our own spring.", "price": "4.50", "id": 7},
    "Obstacle": {"kind": "stay"},
    "OrderItem": {"name": "Sparkling water"},
    "PaymentSession": {"status": "created"},
    "Person": {"id": "2a9c3ffc-3ace-4c8e-ab84-fb6993be22a6", "name": "Nora Clerk"},
    "PolicyDefinition": {
        "code": "FLEX",
        "name": "Flexible",
        "kind": "FLEXIBLE",
        "text": "Free until 24 hours before check-in.",
    },
    "Problem": {
        "type": "urn:hotelmate:problem:booking-not-found",
        "title": "Booking not found",
        "status": 404,
        "detail": "There is no such booking.",
        "instance": "/api/staff/hotels/hotel-killarney/room-bookings/BK-2026-7KQ2MDXR/",
    },
    "PromotionDefinition": {"code": "SUMMER", "kind": "PERCENT"},
    "Readiness": {"down": ["rooms"], "checks": {"broker": "up", "database": "up", "rooms": "down"}},
    "RoomBlock": {"until": "2026-08-16", "reason": "The shower leaks."},
    "RoomChange": {"source": "HOUSEKEEPING", "note": "A towel is missing."},
    "RoomFailed": {"code": "ROOM_NOT_FOUND"},
    "RoomServiceOrder": {
        "id": "0f3c9a51b7e84c0f9a6d2b1e7c5d4f3a",
        "status": "PLACED",
        "total": "4.50",
        "note": "Without ice, please.",
        "reason": "The kitchen is closed.",
    },
    "ChangePreview": CHANGE,
    "Expected": {"total": "523.20", "difference": "130.80", "settlement": "pay_first"},
    "HeldChange": {
        "preview": CHANGE | {"settlement": "pay_first"},
        "payment": {
            "session_id": "cs_test_a1b2c3",
            "payment_url": "https://checkout.stripe.com/c/pay/cs_test_a1b2c3",
            "status": "created",
            "amount": "130.80",
            "currency": "EUR",
        },
    },
    "RefusedChange": {
        "code": "SOLD_OUT",
        "message": "Standard Double is sold out on 2026-08-16.",
        "nights": ["2026-08-16"],
    },
    "UndoPreviewed": {
        "allowed": True,
        "refusals": [],
        "undo_until": "2026-08-15T03:12:00Z",
        "room_number": "101",
        "room_status": "READY_FOR_GUEST",
        "orders_cancelled": 0,
    },
    "UndoRefusal": {"code": "TOO_LATE", "message": "This could be undone until 2026-08-15 03:12 UTC."},
    "RoomTypeView": {"name": "Standard Double", "rooms": 12},
    "StaffBooking": {"warnings": ["ROOM_TYPE_MISMATCH"]},
    "StaffProfile": {"id": "2a9c3ffc-3ace-4c8e-ab84-fb6993be22a6"},
    "StaffSettings": {
        "payment_hold_minutes": 15,
        "approval_sla_minutes": 30,
        "room_pin_digits": 4,
        "max_public_nights": 30,
        "guest_changes": "free_hours",
        "change_payment_guest": "first",
        "change_payment_staff": "owed",
    },
    "Task": {"reason": "CHECK_OUT", "status": "OPEN", "room_status": "CHECKOUT_DIRTY"},
    "TierDefinition": {"kind": "FULL_STAY", "value": "0", "hours_before": 24},
    "TimelineItem": {"what": "StayExtended", "why": "One more night, as the guest asked."},
    "VacatedRoom": {"room_status": "CHECKOUT_DIRTY"},
    "WebhookTaken": {"status": "success"},
}
TYPES: dict[str, type] = {
    "string": str, "integer": int, "number": float, "boolean": bool, "array": list, "object": dict,
}  # fmt: skip


def add_schema_examples(schemas: dict[str, Any]) -> None:
    """Give each schema with fields an example."""
    for schema in schemas.values():
        if "properties" in schema and "examples" not in schema:
            schema["examples"] = [_object(schema, schemas)]


def add_parameter_examples(operation: dict[str, Any]) -> None:
    """Give each required query parameter an example."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query" and parameter.get("required"):
            parameter["schema"].setdefault("examples", [_example(parameter["schema"], {}, parameter["name"])])


def _example(schema: dict[str, Any], schemas: dict[str, Any], name: str, *, in_request: bool = False) -> Any:
    if "$ref" in schema:
        return _object(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    if "examples" in schema:
        return schema["examples"][0]
    if "anyOf" in schema:
        forms = [each for each in schema["anyOf"] if each.get("type") != "null"]
        if len(forms) < len(schema["anyOf"]) and not in_request and "examples" not in forms[0]:
            return None
        return _example(forms[0], schemas, name)
    if "enum" in schema or schema.get("default") is not None:
        return schema.get("default") or schema["enum"][0]
    if _allows(schema, BY_NAME.get(name)):
        return BY_NAME[name]
    return _typed(schema, schemas, name)


def _typed(schema: dict[str, Any], schemas: dict[str, Any], name: str) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, schemas)
        case "array":
            return [_example(schema["items"], schemas, name)] if schema.get("items") else []
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "string":
            return BY_FORMAT.get(schema.get("format", ""), "0" if "pattern" in schema else "…")
        case "boolean":
            return False
    return None


def _object(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """An example object with all fields of a response, or with the required and exemplified fields of a request."""
    if "examples" in schema:
        return schema["examples"][0]
    is_request = schema.get("additionalProperties", True) is False
    required, examples = schema.get("required", ()), BY_SCHEMA.get(schema.get("title", ""), {})
    return {
        name: examples.get(name) or _example(field, schemas, name, in_request=is_request)
        for name, field in schema.get("properties", {}).items()
        if not is_request or name in required or field.keys() & {"examples", "$ref"}
    }


def _allows(schema: dict[str, Any], value: Any) -> bool:
    kind = TYPES.get(schema.get("type", ""))
    return type(value) is kind and (not isinstance(value, str) or ("format" in schema) is value.startswith("20"))

"""The spellings that existing clients use: each an alias of a canonical route, with the same endpoint."""

# A canonical beginning, and what may stand in its place.
BEGINNINGS = (
    ("/api/staff/hotels/{slug}/room-bookings/", "/api/staff/hotels/{slug}/bookings/"),
    ("/api/staff/hotels/{slug}/", "/api/staff/hotel/{slug}/"),
    ("/api/public/hotels/{slug}/", "/api/public/hotel/{slug}/"),
)

# A canonical ending of a staff route, and what may stand in its place.
ENDINGS = (
    ("/{booking_id}/check-out/", "/{booking_id}/checkout/"),
    ("/{booking_id}/check-in/", "/{booking_id}/checkin/"),
    ("/{booking_id}/assign-room/", "/{booking_id}/safe-assign-room/"),
)

# One route, whole. Where the hotel is missing, it is the token's.
WHOLE: dict[tuple[str, str], tuple[str, ...]] = {
    ("GET", "/api/staff/hotels/{slug}/me/"): ("/api/staff/{slug}/me/",),
    ("POST", "/api/public/hotels/room-bookings/stripe-webhook/"): ("/api/public/hotel/room-bookings/stripe-webhook/",),
    ("POST", "/api/public/hotels/{slug}/room-bookings/"): (
        "/api/guest/hotels/{slug}/booking/",
        "/api/guest/hotels/{slug}/bookings/",
        "/api/public/hotels/{slug}/bookings/",
    ),
    ("POST", "/api/public/hotels/{slug}/room-bookings/{booking_id}/payment/session/"): (
        "/api/public/hotels/{slug}/room-bookings/{booking_id}/payment/",
    ),
    ("POST", "/api/realtime/auth/"): (
        "/api/notifications/pusher/auth/",
        "/api/guest/hotel/{slug}/chat/pusher/auth/",
        "/pusher/auth/",
    ),
    **{
        ("POST", f"/api/staff/hotels/{{slug}}/orders/{{order_id}}/{step}/"): (
            f"/api/staff/hotels/{{slug}}/room-bookings/{{booking_id}}/orders/{{order_id}}/{step}/",
        )
        for step in ("accept", "complete", "cancel")
    },
    ("GET", "/api/staff/hotels/{slug}/rooms/"): ("/rooms/rooms/",),
    ("POST", "/api/staff/hotels/{slug}/rooms/"): ("/rooms/rooms/",),
    ("POST", "/api/staff/hotels/{slug}/rooms/{room_number}/add-guest/"): (
        "/rooms/{slug}/rooms/{room_number}/add-guest/",
    ),
    ("GET", "/api/staff/hotels/{slug}/rooms/{room_number}/"): ("/rooms/rooms/{room_number}/",),
    ("PATCH", "/api/staff/hotels/{slug}/rooms/{room_number}/"): ("/rooms/rooms/{room_number}/",),
    ("DELETE", "/api/staff/hotels/{slug}/rooms/{room_number}/"): ("/rooms/rooms/{room_number}/",),
}


def spellings(method: str, canonical: str) -> tuple[str, ...]:
    """Every alias of a route, also where several apply at once; the canonical path is not among them."""
    found = [canonical, *WHOLE.get((method, canonical), ())]
    for path in found:  # grows while it is walked
        for beginning, other in BEGINNINGS:
            if path.startswith(beginning):
                found.append(other + path.removeprefix(beginning))
        for ending, other in ENDINGS:
            if path.startswith("/api/staff/") and path.endswith(ending):
                found.append(path.removesuffix(ending) + other)
    return tuple(dict.fromkeys(found))[1:]

"""The paths that existing clients use: each is an alias of a canonical path, with the same endpoint."""

# Prefixes of canonical paths, and their aliases.
PREFIXES = (
    ("/api/staff/hotels/{slug}/room-bookings/", "/api/staff/hotels/{slug}/bookings/"),
    ("/api/staff/hotels/{slug}/", "/api/staff/hotel/{slug}/"),
    ("/api/public/hotels/{slug}/", "/api/public/hotel/{slug}/"),
)

# Suffixes of canonical staff paths, and their aliases.
SUFFIXES = (
    ("/{booking_id}/check-out/", "/{booking_id}/checkout/"),
    ("/{booking_id}/check-in/", "/{booking_id}/checkin/"),
    ("/{booking_id}/assign-room/", "/{booking_id}/safe-assign-room/"),
)

# Aliases of whole paths. A path without a hotel means the hotel of the token.
PATHS: dict[tuple[str, str], tuple[str, ...]] = {
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


def aliases_of(method: str, canonical: str) -> tuple[str, ...]:
    """Every alias of the canonical path. An alias that one prefix rule produces can itself match another rule."""
    paths = [canonical, *PATHS.get((method, canonical), ())]
    for path in paths:  # grows while it is walked
        for prefix, alias in PREFIXES:
            if path.startswith(prefix):
                paths.append(alias + path.removeprefix(prefix))
        for suffix, alias in SUFFIXES:
            if path.startswith("/api/staff/") and path.endswith(suffix):
                paths.append(path.removesuffix(suffix) + alias)
    return tuple(dict.fromkeys(paths))[1:]

"""The main path in the spellings of clients from before this API."""

from datetime import date

from sandbox.demo.booking_steps import Booked, somebody
from sandbox.demo.looking_steps import look_for_a_room, stay_of
from sandbox.demo.staying_steps import turn_over
from sandbox.demo.world import World


def test_older_spellings_lead_a_booking_through_its_whole_life(world: World, today: date) -> None:
    hotel, room_type = world.hotel, look_for_a_room(world, check_in=today, nights=1)["room_type_name"]
    who = somebody("Hugo")
    flat = {f"primary_{name}": value for name, value in who.items()}
    stay = stay_of(room_type, check_in=today)

    told = world.visitor().ask("POST", f"/api/guest/hotels/{hotel}/bookings", status=201, body=stay | flat).body
    booked = Booked(
        world=world,
        guest=world.visitor().known_by(told["guest_token"]),
        id=told["id"],
        email=who["email"],
        phone=who["phone"],
        first_name=who["first_name"],
        total=told["total_amount"],
        currency=told["currency"],
    )
    old_public = f"/api/public/hotel/{hotel}/room-bookings/{booked.id}"
    session = booked.guest.ask("POST", f"{old_public}/payment/", status=(200, 201)).body
    world.stripe.pay(session["payment_url"])
    booked.becomes("PENDING_APPROVAL")

    old_desk, desk = f"/api/staff/hotel/{hotel}/bookings/{booked.id}", world.staff()
    assert desk.ask("GET", f"/api/staff/{hotel}/me/").body["hotel"]["slug"] == hotel
    assert desk.ask("POST", f"{old_desk}/approve", status=(200, 202)).body["decision_made_at"]
    booked.becomes("CONFIRMED")
    rooms = desk.ask("GET", f"{old_desk}/available-rooms/").body["available_rooms"]
    number = next(room["room_number"] for room in rooms if room["room_status"] == "READY_FOR_GUEST")
    desk.ask("POST", f"{old_desk}/safe-assign-room/", body={"room_number": number})
    assert desk.ask("POST", f"{old_desk}/checkin/").body["status"] == "IN_HOUSE"
    assert desk.ask("GET", f"/rooms/rooms/{number}/").body["room_status"] == "OCCUPIED"
    listed = desk.ask("GET", f"/api/staff/hotel/{hotel}/bookings/", params={"status": "CHECKED_IN"}).body
    assert booked.id in [row["booking_id"] for row in listed["results"]]
    assert desk.ask("POST", f"{old_desk}/checkout/").body["booking"]["status"] == "COMPLETED"

    turn_over(world, number)
    for event in ("booking_checked_in", "booking-checked-in", "booking_checked_out", "booking-checked-out"):
        booked.pushed(event, "hotel booking room", room=number)
    for event in ("booking_created", "payment_success", "booking_confirmed"):
        booked.pushed(event, "hotel booking")


def test_older_clients_sign_channels_at_their_own_address(world: World) -> None:
    [channel] = world.channels("staff")
    asked = {"socket_id": "7.11", "channel_name": channel}

    for path in ("/api/realtime/auth/", "/api/notifications/pusher/auth/", "/pusher/auth"):
        assert ":" in world.staff().ask("POST", path, body=asked).body["auth"]

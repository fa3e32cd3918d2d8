"""The main path in the spellings of clients from before this API."""

from datetime import date

from contracts.values import from_major
from sandbox.demo.booking_steps import DemoBooking, new_guest
from sandbox.demo.context import DemoContext
from sandbox.demo.search_steps import search_availability, stay_params
from sandbox.demo.stay_steps import clean_room


def test_older_spellings_lead_a_booking_through_its_whole_life(demo: DemoContext, today: date) -> None:
    hotel, room_type = demo.hotel, search_availability(demo, check_in=today, nights=1)["room_type_name"]
    who = new_guest("Hugo")
    flat = {f"primary_{name}": value for name, value in who.items()}
    stay = stay_params(room_type, check_in=today)

    result = demo.visitor().call("POST", f"/api/guest/hotels/{hotel}/bookings", status=201, body=stay | flat).body
    booked = DemoBooking(
        demo=demo,
        guest=demo.visitor().with_token(result["guest_token"]),
        id=result["id"],
        email=who["email"],
        phone=who["phone"],
        first_name=who["first_name"],
        total=from_major(result["total_amount"], result["currency"]),
    )
    old_public = f"/api/public/hotel/{hotel}/room-bookings/{booked.id}"
    session = booked.guest.call("POST", f"{old_public}/payment/", status=(200, 201)).body
    demo.stripe.pay(session["payment_url"])
    booked.wait_for_status("PENDING_APPROVAL")

    old_desk, desk = f"/api/staff/hotel/{hotel}/bookings/{booked.id}", demo.staff()
    assert desk.call("GET", f"/api/staff/{hotel}/me/").body["hotel"]["slug"] == hotel
    assert desk.call("POST", f"{old_desk}/approve", status=(200, 202)).body["decision_made_at"]
    booked.wait_for_status("CONFIRMED")
    rooms = desk.call("GET", f"{old_desk}/available-rooms/").body["available_rooms"]
    number = next(room["room_number"] for room in rooms if room["room_status"] == "READY_FOR_GUEST")
    desk.call("POST", f"{old_desk}/safe-assign-room/", body={"room_number": number})
    assert desk.call("POST", f"{old_desk}/checkin/").body["status"] == "IN_HOUSE"
    assert desk.call("GET", f"/rooms/rooms/{number}/").body["room_status"] == "OCCUPIED"
    listed = desk.call("GET", f"/api/staff/hotel/{hotel}/bookings/", params={"status": "CHECKED_IN"}).body
    assert booked.id in [row["booking_id"] for row in listed["results"]]
    assert desk.call("POST", f"{old_desk}/checkout/").body["booking"]["status"] == "COMPLETED"

    clean_room(demo, number)
    for event in ("booking_checked_in", "booking-checked-in", "booking_checked_out", "booking-checked-out"):
        booked.expect_event(event, "hotel booking room", room=number)
    for event in ("booking_created", "payment_success", "booking_confirmed"):
        booked.expect_event(event, "hotel booking")


def test_older_clients_sign_channels_at_their_own_address(demo: DemoContext) -> None:
    [channel] = demo.channels("staff")
    params = {"socket_id": "7.11", "channel_name": channel}

    for path in ("/api/realtime/auth/", "/api/notifications/pusher/auth/", "/pusher/auth"):
        assert ":" in demo.staff().call("POST", path, body=params).body["auth"]

"""The walk: one booking from the first look to a clean room, three that end early, and a day at the front desk."""

from datetime import date

from sandbox.demo import booking_steps as guest
from sandbox.demo import deciding_steps as desk
from sandbox.demo import desk_steps as front
from sandbox.demo import ending_steps as ending
from sandbox.demo import looking_steps as looking
from sandbox.demo import paying_steps as paying
from sandbox.demo import staying_steps as staying
from sandbox.demo.booking_steps import Booked
from sandbox.demo.desk_steps import WalkInBooking
from sandbox.demo.expecting import Unmet, eventually, expect
from sandbox.demo.world import World

WHOLE_LIFE = [
    "bookings.BookingHeld.v1",
    "bookings.PaymentAwaited.v1",
    "bookings.BookingAwaitsApproval.v1",
    "bookings.BookingApproved.v1",
    "bookings.BookingConfirmed.v1",
    "bookings.RoomAssigned.v1",
    "bookings.GuestCheckedIn.v1",
    "bookings.GuestCheckedOut.v1",
]


def walk(world: World) -> None:
    """All five stories; raises `Unmet` at the first expectation that does not come true."""
    settings = world.staff().send("GET", f"{world.desk}/settings/").body
    expect("the walk's hotel approves its bookings", settings["approval_required"], True)
    today = world.today()
    walked = [whole_life(world, today), declined(world, today), cancelled(world, today), expired(world, today)]
    unbooked = at_the_desk(world)
    world.transcript.step("Nothing private was said aloud")
    ending.nothing_private_was_pushed(world, walked, [secret for guest in unbooked for secret in guest.private])
    ending.provider_was_content(world)


def whole_life(world: World, today: date) -> Booked:
    """Booked, paid, approved, lived in, left, cleaned."""
    step = world.transcript.step
    world.transcript.chapter(f"One booking's whole life at {world.page['name']}")
    step("A guest looks for a room for tonight")
    room_type = looking.look_for_a_room(world, check_in=today, nights=1)["room_type_code"]
    stay = looking.stay_of(room_type, check_in=today)
    step("… asks what it costs")
    quote = looking.ask_the_price(world, stay)
    step("… books it, and asks twice because the line was bad")
    booked = guest.book(world, stay, quote_id=quote["quote_id"])
    if booked.total != quote["total"]:
        raise Unmet("the quoted price is kept", wanted=quote["total"], seen=booked.total)
    step("… opens the booking's page")
    guest.follow_the_link(booked)
    step("… pays with a card, which is authorised and not yet charged")
    paying.pay(booked)
    step("The front desk comes to work and finds the booking")
    desk.come_to_work(world)
    desk.find_in_list(booked)
    step("… approves it: now the card is charged")
    desk.approve(booked)
    step("… gives it a room")
    number = staying.assign(booked)
    step("The guest arrives and moves in")
    seen = staying.check_in(booked, number)
    ending.nothing_private_was_pushed(world, [booked], [seen["wifi"]["password"]])
    step("The guest leaves")
    staying.check_out(booked, number)
    step("Housekeeping makes the room ready")
    staying.turn_over(world, number)
    step("The booking's story, as its guest can read it")
    types = ending.feed_is_whole(booked)
    expect("nothing more and nothing less has happened", types, WHOLE_LIFE)
    return booked


def declined(world: World, today: date) -> Booked:
    """Paid, then turned down."""
    world.transcript.chapter("A booking that the hotel declines")
    stay = _some_stay(world, today)
    world.transcript.step("A guest books and pays")
    booked = guest.book(world, stay, first_name="Bram")
    held = _left(world, stay)
    paying.pay(booked)
    world.transcript.step("The front desk declines: the authorisation is released")
    desk.decline(booked)
    _free_again(world, stay, held)
    return booked


def cancelled(world: World, today: date) -> Booked:
    """Called off before payment."""
    world.transcript.chapter("A booking that its guest calls off before paying")
    stay = _some_stay(world, today)
    world.transcript.step("A guest books")
    booked = guest.book(world, stay, first_name="Chidi")
    held = _left(world, stay)
    world.transcript.step("… and cancels")
    ending.cancel_unpaid(booked)
    _free_again(world, stay, held)
    return booked


def expired(world: World, today: date) -> Booked:
    """Never paid."""
    world.transcript.chapter("A booking that is never paid")
    stay = _some_stay(world, today)
    world.transcript.step("A guest books and opens the page to pay on")
    booked = guest.book(world, stay, first_name="Dorota")
    held = _left(world, stay)
    session = paying.open_payment(booked)
    world.transcript.step("… and forgets: the hold runs out")
    ending.let_it_expire(booked, session["payment_url"])
    _free_again(world, stay, held)
    return booked


def at_the_desk(world: World) -> list[WalkInBooking]:
    """Two who have not booked: one moves, both outstay, one stays on, and all leave together."""
    step = world.transcript.step
    world.transcript.chapter("A day at the front desk")
    step("Two people without a booking stand at the desk, and have a room at once")
    first, second, third = (each["room_number"] for each in front.ready_rooms(world, at_least=3)[:3])
    mover = front.walk_in(world, first, first_name="Eilidh")
    stayer = front.walk_in(world, second, first_name="Fergal")
    step("The tap drips in one of the rooms: its guest moves")
    front.move(mover, first, third)
    step("The next day at eleven both should have left, and have not")
    front.outstay([mover, stayer])
    step("The desk has spoken with one of them …")
    front.acknowledge(mover)
    step("… and the other stays another night")
    front.stay_on(stayer)
    step("Then the bus comes: all are checked out at once, room by room")
    front.check_out_together({third: mover, second: stayer})
    step("Housekeeping works its list off")
    front.clean_all(world, [first, second, third])
    return [mover, stayer]


def _some_stay(world: World, today: date) -> dict[str, object]:
    room_type = looking.look_for_a_room(world, check_in=today, nights=2)["room_type_code"]
    return looking.stay_of(room_type, check_in=today, nights=2)


def _left(world: World, stay: dict[str, object]) -> int:
    return looking.units_left(
        world,
        str(stay["room_type_code"]),
        check_in=date.fromisoformat(str(stay["check_in"])),
        check_out=date.fromisoformat(str(stay["check_out"])),
    )


def _free_again(world: World, stay: dict[str, object], held: int) -> None:
    left = eventually("the nights are free again", lambda: _left(world, stay), holds=lambda left: left > held)
    world.transcript.line("guest", f"{left} rooms are left, {held} while it was held")

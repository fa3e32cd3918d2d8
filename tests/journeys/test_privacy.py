"""What guests and staff entrust to the system is not written down where it does not belong."""

from collections.abc import Callable
from datetime import date

from sandbox.demo import deciding_steps, staying_steps
from sandbox.demo.booking_steps import Booked, follow_the_link
from sandbox.demo.world import World
from sandbox.stack import Stack

OURS = ("bookings", "payments", "rooms", "notifier", "relay", "gateway")


def test_logs_hold_no_address_number_name_token_or_password(
    stack: Stack, world: World, paid: Callable[[], Booked], today: date
) -> None:
    booked = paid()
    follow_the_link(booked)
    deciding_steps.approve(booked)
    number = staying_steps.assign(booked)
    seen = staying_steps.check_in(booked, number)
    staying_steps.check_out(booked, number)
    staying_steps.turn_over(world, number)
    world.visitor().refused(
        "POST",
        "/api/staff/login/",
        status=401,
        code="INVALID_CREDENTIALS",
        body={"email": booked.email, "password": "planted-password-9"},
    )
    last_name = booked.look()["guest_last_name"]
    planted = {
        "e-mail": booked.email,
        "phone": booked.phone,
        "last name": last_name,
        "guest token": booked.guest.token or "",
        "staff token": world.staff().token or "",
        "staff password": world.addresses.account(world.hotel, "front_desk").password,
        "failed password": "planted-password-9",
        "Wi-Fi password": seen["wifi"]["password"],
        "webhook secret": stack.stack_json["stripe"]["webhook_secret"],
    }

    logs = {name: (stack.directory / "logs" / f"{name}.log").read_text("utf-8") for name in OURS}

    assert all(logs.values()), "every process has logged something"
    assert booked.id in "".join(logs.values()), "bookings are named by id, so the search below can find things"
    found = [(what, name) for what, value in planted.items() for name, log in logs.items() if value in log]
    assert found == []

"""`make pictures`: the README's two pictures, taken anew of a demonstration with a few guests in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from sandbox.demo.addresses import Addresses
from sandbox.demo.booking_steps import Booked
from sandbox.demo.expecting import eventually
from sandbox.demo.looking_steps import stay_of
from sandbox.demo.transcript import Silent
from sandbox.demo.world import World
from sandbox.stack import Stack, temporary_run

PICTURES = Path(__file__).resolve().parent / "pictures"
HOTEL = "hotel-killarney"
PHONE = {"width": 390, "height": 780}
DESK = {"width": 1180, "height": 720}


@dataclass(frozen=True)
class Guest:
    """Somebody who books: `arrives` so many days from today, and gets as far as `until`."""

    first_name: str
    last_name: str
    room_type: str
    until: str
    arrives: int = 0
    nights: int = 2


GUESTS = (
    Guest("Maeve", "O’Sullivan", "DBL", "PENDING_APPROVAL", nights=3),
    Guest("Jonas", "Lindqvist", "TWN", "PENDING_APPROVAL", arrives=4),
    Guest("Chiara", "Romano", "DBL", "PENDING_APPROVAL", arrives=12, nights=5),
    Guest("Tomás", "Byrne", "SGL", "CONFIRMED"),
    Guest("Ingrid", "Vogel", "FAM", "PENDING_PAYMENT", arrives=20, nights=7),
    Guest("Samuel", "Okafor", "SGL", "IN_HOUSE", nights=1),
    Guest("Aoife", "Walsh", "TWN", "IN_HOUSE", nights=3),
)


def lead(world: World, guest: Guest, today: date) -> Booked:
    """Their booking, brought as far as it goes."""
    desk = world.staff("manager")
    somebody = {
        "first_name": guest.first_name, "last_name": guest.last_name, "phone": "",
        "email": f"{guest.first_name.lower()}@guest.example".replace("á", "a"),
    }  # fmt: skip
    stay = stay_of(guest.room_type, check_in=today + timedelta(days=guest.arrives), nights=guest.nights)
    body = {**stay, "adults": 1 if guest.room_type == "SGL" else 2, "guest": somebody}
    created = world.visitor().ask("POST", f"{world.public}/room-bookings/", status=201, body=body).body
    booked = Booked(
        world=world, guest=world.visitor().known_by(created["guest_token"]), id=created["booking_id"],
        email=somebody["email"], phone="", first_name=guest.first_name,
        total=created["total_amount"], currency=created["currency"],
    )  # fmt: skip
    if guest.until == "PENDING_PAYMENT":
        return booked
    page = booked.guest.ask("POST", f"{booked.path}/payment/session/", status=(200, 201)).body["payment_url"]
    world.stripe.pay(page)
    booked.becomes("PENDING_APPROVAL")
    if guest.until == "PENDING_APPROVAL":
        return booked
    desk.ask("POST", f"{booked.desk_path}/approve/", status=(200, 202))
    booked.becomes("CONFIRMED")
    if guest.until == "IN_HOUSE":
        [room, *_] = desk.ask("GET", f"{booked.desk_path}/available-rooms/").body["available_rooms"]
        desk.ask("POST", f"{booked.desk_path}/assign-room/", body={"room_number": room["room_number"]})
        desk.ask("POST", f"{booked.desk_path}/check-in/")
    return booked


@contextmanager
def house() -> Iterator[tuple[World, list[Booked]]]:
    """A running demonstration with these guests."""
    with temporary_run() as run, Stack.start(run) as stack:
        world = World(Addresses.of(stack.stack_json), HOTEL, Silent())
        today = world.today()
        yield world, [lead(world, guest, today) for guest in GUESTS]
        world.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("no Chromium here: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


def page_of(browser: Browser, viewport: Any) -> Page:
    """A page of its own."""
    return browser.new_context(viewport=viewport, color_scheme="light", device_scale_factor=1.25).new_page()


def guest_page(browser: Browser, booked: Booked) -> Page:
    """The guest's page on a phone, live."""
    page = page_of(browser, PHONE)
    world = booked.world
    page.goto(f"{world.addresses.gateway}/guest/{world.hotel}/bookings/{booked.id}#token={booked.guest.token}")
    page.wait_for_selector("#connection[data-state=live]")
    return page


def staff_page(browser: Browser, world: World, viewport: Any = None) -> Page:
    """The board of the manager, live."""
    account = world.addresses.account(world.hotel, "manager")
    page = page_of(browser, viewport or DESK)
    page.goto(f"{world.addresses.gateway}/staff")
    page.fill("[name=email]", account.email)
    page.fill("[name=password]", account.password)
    page.click("button[type=submit]")
    page.wait_for_selector("#connection[data-state=live]")
    return page


def take() -> None:
    """Take both."""
    PICTURES.mkdir(exist_ok=True)
    with house() as (world, bookings), chromium() as browser:
        arrived = bookings[-1]
        eventually("the guest is in house", arrived.look, holds=lambda booking: booking["room_pin"])
        guest_page(browser, arrived).screenshot(path=PICTURES / "guest.png")
        staff_page(browser, world).screenshot(path=PICTURES / "staff.png")


if __name__ == "__main__":
    take()

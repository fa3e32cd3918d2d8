"""From a click on the staff's board to the guest's page, in a real browser, beside the two requests that it takes."""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.bench.harness import Comparison, Measured

CLICKS = 20
WAIT = 10.0

_NOTE_CLICKS = (
    "addEventListener('click', () => { window.clickedAt = performance.timeOrigin + performance.now() }, true)"
)
_NOTE_ROOM = """(room) => {
  window.shownAt = null;
  const look = () => {
    if (window.shownAt) return;
    const shown = [...document.querySelectorAll('#content dd')].some((each) => each.textContent === room);
    if (shown) window.shownAt = performance.timeOrigin + performance.now();
  };
  new MutationObserver(look).observe(document.getElementById('content'), { childList: true, subtree: true });
}"""
_TIMED = """async ([path, token, method, body]) => {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const began = performance.now();
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (performance.now() - began) / 1000;
}"""


class Screens:
    """A guest's phone and a clerk's desk, with one booking between them that is given one room after another."""

    def __init__(self, guest: Page, desk: Page, *, hotel: str, booking_id: str, rooms: Sequence[str]) -> None:
        self._guest, self._desk, self._booking_id, self._rooms = guest, desk, booking_id, rooms
        self._guest_path = f"/api/public/hotels/{hotel}/room-bookings/{booking_id}"
        self._staff_path = f"/api/staff/hotels/{hotel}/room-bookings/{booking_id}"
        self._guest_token = guest.evaluate(f"localStorage.getItem('hotelmate.guest.{booking_id}')")
        self._staff_token = desk.evaluate("sessionStorage.getItem('hotelmate.staff')")
        desk.evaluate(_NOTE_CLICKS)

    def clicks(self) -> Measured:
        """Another room by a click each, until the guest's page shows it."""
        latencies = [self._click() for _ in range(CLICKS)]
        return Measured(CLICKS, sum(latencies), latencies)

    def requests(self) -> Measured:
        """The clerk's request and the page's, one after the other, with nothing between."""
        latencies = []
        for _ in range(CLICKS):
            room = self._another_room()
            self._guest.evaluate(_NOTE_ROOM, room)
            body = {"room_number": room}
            given = self._desk.evaluate(_TIMED, [f"{self._staff_path}/assign-room/", self._staff_token, "POST", body])
            answered = self._guest.evaluate(_TIMED, [f"{self._guest_path}/", self._guest_token, "GET", None])
            latencies.append(given + answered)
            self._wait_until_shown()
        return Measured(CLICKS, sum(latencies), latencies)

    def _click(self) -> float:
        self._desk.click(f"[data-key='assign-{self._booking_id}']")
        self._desk.wait_for_selector("dialog select")
        room = self._another_room()
        self._desk.select_option("dialog select", room)
        self._guest.evaluate(_NOTE_ROOM, room)
        self._desk.click("dialog button.primary")
        shown_at = self._wait_until_shown()
        clicked = self._desk.evaluate("window.clickedAt")
        self._desk.wait_for_selector("dialog", state="detached")
        return float(shown_at - clicked) / 1000

    def _wait_until_shown(self) -> float:
        deadline = time.monotonic() + WAIT
        while not (shown_at := self._guest.evaluate("window.shownAt")):
            if time.monotonic() > deadline:
                raise AssertionError("the guest's page does not show the room")
        return float(shown_at)

    def _another_room(self) -> str:
        now = self._guest.evaluate("[...document.querySelectorAll('#content dd')].map((each) => each.textContent)")
        return next(room for room in self._rooms if room not in now)


@contextmanager
def click_to_screen(
    *, gateway: str, hotel: str, account: dict[str, Any], booking: dict[str, Any], rooms: Sequence[str]
) -> Iterator[Comparison | None]:
    """None where there is no Chromium. `booking` is confirmed and arrives today; `rooms` are two that it may have."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        yield None
        return
    booking_id, token = booking["booking_id"], booking["guest_token"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        guest, desk = (browser.new_context().new_page() for _ in range(2))
        guest.goto(f"{gateway}/guest/{hotel}/bookings/{booking_id}#token={token}")
        desk.goto(f"{gateway}/staff")
        desk.fill("[name=email]", account["email"])
        desk.fill("[name=password]", account["password"])
        desk.click("button[type=submit]")
        for page in (guest, desk):
            page.wait_for_selector("#connection[data-state=live]")
        desk.click("#tab-arrivals")
        screens = Screens(guest, desk, hotel=hotel, booking_id=booking_id, rooms=rooms)
        yield Comparison(
            "staff click → guest's screen, in a browser",
            screens.clicks,
            screens.requests,
            "its two requests alone",
            p99=180,
        )
        browser.close()

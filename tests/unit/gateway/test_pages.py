"""The headers and the contents of the pages."""

import re

import pytest

from gateway.lookups.realtime import Connection
from gateway.pages import FOLDER, PAGES, policy
from tests.unit.gateway.fakes import Gateway

PUSH = Connection(
    key="key",
    cluster="eu",
    host="push.example",
    port=443,
    secure=True,
    public_channel="",
    auth_endpoint="",
    user_auth_endpoint="",
    events=(),
)


@pytest.mark.parametrize("path", [*PAGES, "/guest/hotel-killarney/bookings/BK-2026-ABCDEF/", "/staff/"])
def test_a_page_forbids_framing_caching_and_referrers(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", sorted(set(PAGES.values())))
def test_pages_hold_no_script_and_no_style_of_their_own(name: str) -> None:
    text = (FOLDER / f"{name}.html").read_text()

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text)


def test_scripts_make_no_markup_from_text() -> None:
    for script in (FOLDER / "assets").glob("*.js"):
        if "pusher" not in script.name:
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script.read_text())


def test_a_page_connects_only_to_its_origin_and_the_push_socket() -> None:
    assert "connect-src 'self' wss://push.example:443;" in policy(PUSH, name="guest")
    assert "connect-src 'self';" in policy(None, name="guest")
    assert "unsafe" not in policy(PUSH, name="guest")


def test_scripts_are_asked_for_anew_and_not_sent_again(gateway: Gateway) -> None:
    first = gateway.get("/assets/live.js")

    again = gateway.get("/assets/live.js", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert again.status_code == 304


def test_the_documents_for_machines_are_served(gateway: Gateway) -> None:
    assert gateway.get("/asyncapi.json").json()["asyncapi"] == "3.0.0"
    assert gateway.get("/openapi.json").json()["openapi"].startswith("3.1")

"""Texts in rows of an earlier version are written in composed form, and found without case and accents."""

import gzip
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chassis.text import search_key
from chassis.transactions.migrate import migrate

DUMPS = Path(__file__).parent
MUNOZ, JOSE = (unicodedata.normalize("NFD", text) for text in ("Muñoz", "josé@x.example"))
SAMPLES = [
    "Muñoz",
    "\ufb01nn",
    "İpek",
    "Işık",
    "Straße",
    "Søren",
    "Ærø",
    "Mu\u200bñoz",
    "a  b",
    "ＦＩＮＮ",
    "Ωmega",
    "が",
]

Upgrade = Callable[..., str]


@pytest.fixture
def upgraded(new_database: Callable[[str], str]) -> Upgrade:
    """Restores the dump of one database, runs a statement on the rows, migrates and returns the database's URL."""

    def restore(name: str, statement: str, values: dict[str, str]) -> str:
        url = new_database(f"text_{name}")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(gzip.decompress((DUMPS / f"{name}.sql.gz").read_bytes()).decode())
            assert connection.execute(statement, values).rowcount
        migrate(name, url)
        return url

    return restore


def one(url: str, statement: str, *values: Any) -> Any:
    with psycopg.connect(url) as connection:
        return connection.execute(statement, values).fetchone()


def test_guests_of_an_earlier_version_are_found_in_composed_form(upgraded: Upgrade) -> None:
    url = upgraded(
        "bookings",
        """
        UPDATE public.guest SET last_name = %(name)s, email = %(email)s, search = lower(%(name)s || ' ' || %(email)s)
        WHERE booking_id = (SELECT min(booking_id) FROM public.guest)
        """,
        {"name": MUNOZ, "email": JOSE},
    )

    name, email, search, booking_id = one(
        url, "SELECT last_name, email, search, booking_id FROM guest WHERE email_key = 'josé@x.example'"
    )
    assert (name, email) == ("Muñoz", "josé@x.example")
    assert "munoz jose@x.example" in search
    assert booking_id.lower() in search
    assert one(url, "SELECT count(*) FROM guest WHERE email_key IS DISTINCT FROM lower(email)") == (0,)


def test_international_domains_of_an_earlier_version_are_written_as_mails_are_sent(upgraded: Upgrade) -> None:
    url = upgraded(
        "bookings", "UPDATE public.guest SET email = %(email)s, search = %(email)s", {"email": "user@例子.example"}
    )

    [email, key, search] = one(url, "SELECT email, email_key, search FROM guest LIMIT 1")
    assert email == key == "user@xn--fsqu00a.example"
    assert "user@例子.example" in search


def test_accounts_of_an_earlier_version_keep_signing_in(upgraded: Upgrade) -> None:
    url = upgraded(
        "gateway",
        "UPDATE public.staff_account SET email = %(email)s, name = %(name)s "
        "WHERE id = (SELECT id FROM public.staff_account ORDER BY email LIMIT 1)",
        {"email": "desk@例子.example", "name": MUNOZ},
    )

    assert one(url, "SELECT name FROM staff_account WHERE email = 'desk@xn--fsqu00a.example'") == ("Muñoz",)


def test_texts_of_hotels_of_an_earlier_version_are_composed(upgraded: Upgrade) -> None:
    url = upgraded(
        "rooms",
        "UPDATE public.hotel SET name = %(name)s, page = page || jsonb_build_object('tagline', %(name)s::text)",
        {"name": MUNOZ},
    )

    assert one(url, "SELECT name, page->>'tagline' FROM hotel LIMIT 1") == ("Muñoz", "Muñoz")


def test_the_search_key_of_the_rooms_database_is_that_of_the_code(upgraded: Upgrade) -> None:
    url = upgraded("rooms", "UPDATE public.hotel SET name = name", {})

    assert [one(url, "SELECT search_key(%s)", text)[0] for text in SAMPLES] == [search_key(text) for text in SAMPLES]

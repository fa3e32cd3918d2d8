"""The one check of e-mail addresses, and the key by which an address is found."""

import unicodedata

import pytest

from chassis.email_address import UnusableAddress, address_key, canonical_address, readable_address, usable_address
from contracts.fields import EMAIL

LONGEST = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 53}.example"


@pytest.mark.parametrize(
    ("entered", "address"),
    [
        ("ada@example.com", "ada@example.com"),
        (" Ada.Byrne@Example.COM ", "Ada.Byrne@example.com"),
        ("o'brien+stay@example.com", "o'brien+stay@example.com"),
        ("user@例子.example", "user@xn--fsqu00a.example"),
        ("user@xn--fsqu00a.example", "user@xn--fsqu00a.example"),
        (LONGEST, LONGEST),
    ],
)
def test_an_address_is_written_as_mails_are_sent_to_it(entered: str, address: str) -> None:
    assert usable_address(entered) == address
    assert address.isascii()


@pytest.mark.parametrize(
    ("entered", "reason"),
    [
        ("two..dots@x.example", "two periods in a row"),
        (".lead@x.example", "start with a period"),
        ("用户@例子.example", "before the @-sign"),
        ("<a@b.cc>", "angle brackets"),
        ("Ada <a@b.cc>", "angle brackets"),
        ("josé@x.example", "before the @-sign"),
        ("a\u200b@x.example", "before the @-sign"),
        ("a b@x.example", "invalid characters"),
        ('"a b"@x.example', "Quoting"),
        ("a@[192.0.2.1]", "bracketed IP address"),
        ("a@localhost", "period"),
        ("a@x.invalid", "special-use"),
        ("nobody", "must have an @-sign"),
        ("", "must have an @-sign"),
        ("a@-b.example", "hyphen"),
        (f"{'a' * 65}@x.example", "too long"),
        ("a" + LONGEST[:64] + LONGEST[64:], "too long"),
        (f"a@{'b' * 64}.example", "so many characters"),
        ("a\r\nBcc: c@d.example", "invalid characters"),
    ],
)
def test_an_address_that_no_mail_reaches_is_refused_with_the_reason(entered: str, reason: str) -> None:
    with pytest.raises(UnusableAddress, match=reason):
        usable_address(entered)


def test_the_longest_address_has_the_bound_of_its_kind() -> None:
    assert len(LONGEST) == EMAIL.most


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Ada@example.com", " ada@EXAMPLE.com"),
        ("josé@x.example", unicodedata.normalize("NFD", "José@x.example")),
        ("JOSÉ@x.example", "josé@x.example"),
        ("user@xn--fsqu00a.example", "user@例子.example"),
        ("用户@例子.example", "用户@xn--fsqu00a.example"),
        ("ﬁnn@x.example", "FINN@x.example"),
    ],
)
def test_every_spelling_of_an_address_has_one_key(stored: str, typed: str) -> None:
    assert address_key(stored) == address_key(typed)


def test_two_addresses_have_two_keys() -> None:
    assert address_key("jose@x.example") != address_key("josé@x.example")


def test_an_unusable_address_keeps_its_letters() -> None:
    assert canonical_address(unicodedata.normalize("NFD", " josé@x.example")) == "josé@x.example"


def test_an_international_domain_is_read_in_its_own_letters() -> None:
    assert readable_address("user@xn--fsqu00a.example") == "user@例子.example"
    assert readable_address("ada@example.com") == "ada@example.com"
    assert readable_address("ada@xn--\u00e9.example") == "ada@xn--\u00e9.example"

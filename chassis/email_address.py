"""E-mail addresses: the one check of what a mail can be sent to, and the key by which an address is looked up."""

import unicodedata
from functools import lru_cache

import idna
from email_validator import EmailNotValidError, validate_email

from contracts.fields import EMAIL


class UnusableAddress(ValueError):
    """No mail can be sent to the address; the text of the exception is the reason, as a sentence."""


@lru_cache(256)  # a request checks its guest's address several times, each in a third of a millisecond
def usable_address(text: str) -> str:
    """The address as mails are sent to it: in ASCII, its domain in lower case, an international one as `xn--…`.

    Raises `UnusableAddress`, also for letters beyond ASCII before the @-sign: few mail servers accept them.
    """
    stripped = text.strip()
    if len(stripped) > EMAIL.most:
        raise UnusableAddress(f"The email address is too long: at most {EMAIL.most} characters.")
    try:
        address = validate_email(stripped, allow_smtputf8=False, check_deliverability=False, strict=True)
    except EmailNotValidError as problem:
        raise UnusableAddress(str(problem)) from None
    if not address.ascii_email or len(address.ascii_email) > EMAIL.most:
        raise UnusableAddress(f"The email address is too long: at most {EMAIL.most} characters.")
    return address.ascii_email


def address_problem(text: str) -> str | None:
    """The reason why no mail can be sent to the address; None where one can be sent."""
    try:
        usable_address(text)
    except UnusableAddress as problem:
        return str(problem)
    return None


def canonical_address(text: str) -> str:
    """The address as mails are sent to it; an unusable address only in composed form (NFC), without outer blanks."""
    try:
        return usable_address(text)
    except UnusableAddress:
        return unicodedata.normalize("NFC", text.strip())


def address_key(text: str) -> str:
    """The key of an address: equal for every spelling of it in case, composition and compatibility forms."""
    if text.isascii():
        return text.strip().lower()
    key = canonical_address(text)
    if key.isascii():
        return key.lower()
    for _ in range(2):
        key = unicodedata.normalize("NFKC", key.casefold())
    local, at, domain = key.rpartition("@")
    return f"{local}{at}{_encoded(domain)}"


def readable_address(address: str) -> str:
    """The address with an international domain in its own letters."""
    local, at, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return f"{local}{at}{idna.decode(domain)}"
    except idna.IDNAError:
        return address


def _encoded(domain: str) -> str:
    try:
        return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain

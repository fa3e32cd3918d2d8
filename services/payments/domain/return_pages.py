"""The pages to which the checkout session sends the guest back; only configured origins are allowed."""

from urllib.parse import urlsplit

from chassis.refusal import Refusal
from contracts.data import Data


class ReturnPages(Data):
    """The page addresses after a payment and after a cancelled checkout."""

    success: str
    cancel: str


def return_pages(
    origins: tuple[str, ...], *, hotel: str, booking_id: str, success: str | None, cancel: str | None
) -> ReturnPages:
    """The given pages. For a page that is None, the booking's guest page is used.

    Raises `Refusal` `INVALID_RETURN_URL` for an origin that is not among `origins`.
    """
    guest_page = f"{origins[0]}/guest/{hotel}/bookings/{booking_id}"
    for url in (success, cancel):
        if url is not None and not _is_ours(url, origins):
            raise Refusal("INVALID_RETURN_URL", "success_url and cancel_url must be on one of the configured origins.")
    return ReturnPages(
        success=success or f"{guest_page}?payment=success", cancel=cancel or f"{guest_page}?payment=cancelled"
    )


def origin_of(url: str) -> str:
    """The URL's scheme, host and port in lower case. Raises `ValueError` for a URL without a web origin."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url} is not an address on the web")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _is_ours(url: str, origins: tuple[str, ...]) -> bool:
    """Whether the URL has one of the origins.

    False for a URL that could hide its real host (with control characters, backslashes or a user name).
    """
    if len(url) > 2000 or "\\" in url or any(ord(letter) <= 32 for letter in url):
        return False
    try:
        parts = urlsplit(url)
        return "@" not in parts.netloc and origin_of(url) in {origin_of(origin) for origin in origins}
    except ValueError:
        return False

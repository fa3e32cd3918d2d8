"""Every signature Pusher checks or makes. All are HMAC-SHA256 in hexadecimal."""

import hashlib
import hmac
from collections.abc import Iterable

from sandbox.pusher.errors import Refused
from sandbox.pusher.settings import MAX_TIMESTAMP_SKEW_SECONDS, Settings


def sign(secret: str, text: str) -> str:
    """The signature of a text."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def verify_request(
    settings: Settings,
    *,
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    body: bytes,
    now: float,
) -> None:
    r"""Let a signed HTTP request pass.

    The signed text is `METHOD\npath\nquery`: the query without `auth_signature`, names in lower
    case, sorted, values as they were before URL encoding. `now` is seconds since the epoch.

    Raises:
        Refused: 401, saying what is wrong.

    """
    given = {name.lower(): value for name, value in query}
    signature = given.pop("auth_signature", None)
    if signature is None:
        raise Refused(401, "auth_signature is missing")
    if given.get("auth_key") != settings.key:
        raise Refused(401, f"auth_key {given.get('auth_key')!r} is not known")
    if given.get("auth_version") != "1.0":
        raise Refused(401, "auth_version must be 1.0")
    _verify_timestamp(given.get("auth_timestamp", ""), now=now)
    _verify_body(given.get("body_md5"), body)
    text = "\n".join((method, path, "&".join(f"{name}={given[name]}" for name in sorted(given))))
    if not _same(signature, sign(settings.secret, text)):
        raise Refused(401, f"Invalid signature: you should have sent HmacSHA256Hex({text!r}, your_secret)")


def verify_token(settings: Settings, token: object, *, text: str) -> str | None:
    """What is wrong with a `key:signature` for this text, or None when it is right."""
    key, separator, signature = token.partition(":") if isinstance(token, str) else ("", "", "")
    if not separator or key != settings.key:
        return f"Invalid key in subscription auth data: {key!r}"
    if not _same(signature, sign(settings.secret, text)):
        return f"Invalid signature: Expected HMAC SHA256 hex digest of {text}, but got {signature}"
    return None


def _verify_timestamp(timestamp: str, *, now: float) -> None:
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise Refused(401, "auth_timestamp must be seconds since the epoch")
    if abs(int(timestamp) - now) > MAX_TIMESTAMP_SKEW_SECONDS:
        raise Refused(401, f"Timestamp expired: not within {MAX_TIMESTAMP_SKEW_SECONDS}s of server time")


def _verify_body(body_md5: str | None, body: bytes) -> None:
    if body_md5 is None:
        if body:
            raise Refused(401, "body_md5 is missing")
        return
    if not _same(body_md5, hashlib.md5(body, usedforsecurity=False).hexdigest()):
        raise Refused(401, "body_md5 does not match the body")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())

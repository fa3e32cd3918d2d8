"""Pusher's signatures, created and verified. All are HMAC-SHA256 in hexadecimal."""

import hashlib
import hmac
from collections.abc import Iterable

from sandbox.pusher.errors import HttpRefusal
from sandbox.pusher.settings import MAX_TIMESTAMP_SKEW_SECONDS, PusherAppSettings


def sign(secret: str, text: str) -> str:
    """The signature of `text`."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def verify_request(
    settings: PusherAppSettings,
    *,
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    body: bytes,
    now: float,
) -> None:
    r"""Verify a signed HTTP request.

    The signed text is `METHOD\npath\nquery`. The query has sorted lower-case names, values that are not URL-encoded,
    and no `auth_signature`. `now` is seconds since the epoch.

    Raises:
        HttpRefusal: 401, with the reason.

    """
    params = {name.lower(): value for name, value in query}
    signature = params.pop("auth_signature", None)
    if signature is None:
        raise HttpRefusal(401, "auth_signature is missing")
    if params.get("auth_key") != settings.key:
        raise HttpRefusal(401, f"auth_key {params.get('auth_key')!r} is not known")
    if params.get("auth_version") != "1.0":
        raise HttpRefusal(401, "auth_version must be 1.0")
    _verify_timestamp(params.get("auth_timestamp", ""), now=now)
    _verify_body(params.get("body_md5"), body)
    text = "\n".join((method, path, "&".join(f"{name}={params[name]}" for name in sorted(params))))
    if not _same(signature, sign(settings.secret, text)):
        raise HttpRefusal(401, f"Invalid signature: you should have sent HmacSHA256Hex({text!r}, your_secret)")


def verify_token(settings: PusherAppSettings, token: object, *, text: str) -> str | None:
    """The reason why `token` is invalid, or None. A valid token is `key:signature`, with the signature of `text`."""
    key, separator, signature = token.partition(":") if isinstance(token, str) else ("", "", "")
    if not separator or key != settings.key:
        return f"Invalid key in subscription auth data: {key!r}"
    if not _same(signature, sign(settings.secret, text)):
        return f"Invalid signature: Expected HMAC SHA256 hex digest of {text}, but got {signature}"
    return None


def _verify_timestamp(timestamp: str, *, now: float) -> None:
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise HttpRefusal(401, "auth_timestamp must be seconds since the epoch")
    if abs(int(timestamp) - now) > MAX_TIMESTAMP_SKEW_SECONDS:
        raise HttpRefusal(401, f"Timestamp expired: not within {MAX_TIMESTAMP_SKEW_SECONDS}s of server time")


def _verify_body(body_md5: str | None, body: bytes) -> None:
    if body_md5 is None:
        if body:
            raise HttpRefusal(401, "body_md5 is missing")
        return
    if not _same(body_md5, hashlib.md5(body, usedforsecurity=False).hexdigest()):
        raise HttpRefusal(401, "body_md5 does not match the body")


def _same(params: str, expected: str) -> bool:
    return hmac.compare_digest(params.encode(), expected.encode())

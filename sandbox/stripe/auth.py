"""Authentication by the secret key, as a bearer token or as the user name of basic authentication."""

from __future__ import annotations

import base64
import binascii

from sandbox.stripe.errors import ApiError

_TEST_KEYS = ("sk_test_", "rk_test_")


def check_key(header: str | None, expected: str | None) -> None:
    """Raise ApiError (401) for a missing key, a key other than `expected`, or any live key."""
    key = _key(header)
    if not key:
        raise ApiError(
            401,
            "invalid_request_error",
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )
    if not key.startswith(_TEST_KEYS) or expected not in (None, key):
        redacted = f"{key[:8]}{'*' * max(len(key) - 12, 4)}{key[-4:]}"
        raise ApiError(401, "invalid_request_error", f"Invalid API Key provided: {redacted}")


def _key(header: str | None) -> str:
    scheme, _, credentials = (header or "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""

"""The preconditions of a change: `Idempotency-Key` and `If-Match`."""

import hashlib
import re
from collections.abc import Sequence

from chassis.refusal import Refusal

SHORTEST_ANONYMOUS_KEY, LONGEST_KEY = 16, 255
MAX_TAGS = 20
_KEY = re.compile(r"[\x21-\x7e]+")
_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')
_VERSION = re.compile(r"[0-9]{1,9}")


def scoped_key(key: str, *, kind: str, owner: str, method: str, path: str) -> str:
    """Hash the key together with caller, method and path; an invalid key is refused `VALIDATION_ERROR`.

    `kind` is the caller's kind. The key of a public caller needs at least 16 characters, because only the key tells
    public callers apart.
    """
    shortest = SHORTEST_ANONYMOUS_KEY if kind == "public" else 1
    if not _KEY.fullmatch(key) or not shortest <= len(key) <= LONGEST_KEY:
        message = f"{shortest} to {LONGEST_KEY} visible characters."
        raise Refusal(
            "VALIDATION_ERROR",
            "The request has invalid fields.",
            errors=[{"field": "Idempotency-Key", "message": message}],
        )
    return hashed("\n".join((kind, owner, method, path, key)))


def versions(headers: Sequence[str]) -> tuple[int, ...] | None:
    """The versions in `If-Match` (RFC 9110, 13.1.1); returns None without a header and for `*`.

    Refused `VERSION_MISMATCH` where no tag is a version, or a tag is malformed.
    """
    parts = [tag for tag in (part.strip(" \t") for part in ",".join(headers).split(",")) if tag]
    if not headers or parts == ["*"]:
        return None
    tags = [_TAG.fullmatch(tag) for tag in parts[:MAX_TAGS]]
    numbers = [int(tag.group(1)) for tag in tags if tag and _VERSION.fullmatch(tag.group(1))]
    if not numbers or None in tags:
        raise Refusal("VERSION_MISMATCH", "If-Match names no version of this resource.")
    return tuple(numbers)


def hashed(text: str) -> str:
    """The SHA-256 of `text`, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()

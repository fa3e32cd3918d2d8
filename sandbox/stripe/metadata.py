"""Metadata: updates are merged key by key, an empty value deletes its key, and Stripe's limits apply."""

from __future__ import annotations

from sandbox.stripe.errors import invalid

_MOST_KEYS = 50
_LONGEST_KEY = 40
_LONGEST_VALUE = 500


def merged(old: dict[str, str], new: dict[str, str] | str | None) -> dict[str, str]:
    """The metadata `old`, updated with `new`. If `new` is an empty string, every key is deleted."""
    if new is None:
        return dict(old)
    if isinstance(new, str):
        return {}
    for key, value in new.items():
        if len(key) > _LONGEST_KEY:
            raise invalid(
                f"Invalid metadata key: keys must be at most {_LONGEST_KEY} characters",
                param=f"metadata[{key}]",
            )
        if len(value) > _LONGEST_VALUE:
            raise invalid(
                f"Metadata values can have up to {_LONGEST_VALUE} characters",
                param=f"metadata[{key}]",
            )
    both = {key: value for key, value in {**old, **new}.items() if value != ""}
    if len(both) > _MOST_KEYS:
        raise invalid(f"You cannot store more than {_MOST_KEYS} keys", param="metadata")
    return both

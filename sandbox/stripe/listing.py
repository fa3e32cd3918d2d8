"""Lists: newest first, paginated by cursor and limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.stripe.errors import invalid
from sandbox.stripe.store import ApiCall, Json, find

_COMPARE = {
    "gt": lambda created, bound: created > bound,
    "gte": lambda created, bound: created >= bound,
    "lt": lambda created, bound: created < bound,
    "lte": lambda created, bound: created <= bound,
}


def page(call: ApiCall, kind: str, objects: dict[str, Json], *, url: str, match: tuple[str, ...] = ()) -> Json:
    """The page that `call` requests. `match` names the parameters that must equal the objects' fields."""
    filters = {name: call.params[name] for name in match if name in call.params}
    created = call.params.get("created")
    items = [
        item
        for item in reversed(objects.values())
        if all(item[name] == value for name, value in filters.items()) and _within(item, created)
    ]
    limit = call.params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid(
            "Invalid integer: limit must be between 1 and 100",
            param="limit",
            code="parameter_invalid_integer",
        )
    if "starting_after" in call.params:
        cursor = find(kind, objects, call.params["starting_after"], param="starting_after")
        items = items[_position(items, cursor) + 1 :]
    elif "ending_before" in call.params:
        cursor = find(kind, objects, call.params["ending_before"], param="ending_before")
        items = items[: _position(items, cursor)]
        return _list(items[-limit:], url, has_more=len(items) > limit)
    return _list(items[:limit], url, has_more=len(items) > limit)


def complete_list(items: Iterable[Json], url: str) -> Json:
    """A list without pagination, as embedded in another object."""
    return _list(list(items), url, has_more=False)


def _list(items: list[Json], url: str, *, has_more: bool) -> Json:
    return {"object": "list", "data": items, "has_more": has_more, "url": url}


def _position(items: list[Json], cursor: Json) -> int:
    return next((i for i, item in enumerate(items) if item is cursor), len(items))


def _within(item: Json, created: Any) -> bool:
    if created is None:
        return True
    if isinstance(created, int):
        return bool(item["created"] == created)
    return all(_COMPARE[name](item["created"], bound) for name, bound in created.items())

"""Expansion: `expand[]` replaces an id in a response by its object."""

from __future__ import annotations

from sandbox.stripe.errors import ApiError, invalid
from sandbox.stripe.listing import complete_list
from sandbox.stripe.store import Json, StripeStore, clone

_DEEPEST = 4
_EXPANDABLE = {
    "charge",
    "data",
    "latest_charge",
    "line_items",
    "payment_intent",
    "payment_method",
    "product",
    "refunds",
}


def check_paths(paths: list[str]) -> None:
    """Raise ApiError for a path that cannot be expanded, before the request is executed."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > _DEEPEST:
            raise invalid(
                f"You cannot expand more than {_DEEPEST} levels of a property. (requested expand: {path})",
                param="expand",
            )
        if not _EXPANDABLE.issuperset(steps):
            raise _not_expandable(path)


def expanded(store: StripeStore, answer: Json, paths: list[str]) -> Json:
    """A copy of `answer` with every path expanded, such as `payment_intent.latest_charge`."""
    copy = clone(answer)
    for path in paths:
        _follow(store, copy, path.split("."), path)
    return copy


def _follow(store: StripeStore, holder: Json, steps: list[str], path: str) -> None:
    step, *rest = steps
    if step == "data" and holder.get("object") == "list" and rest:
        for item in holder["data"]:
            _follow(store, item, rest, path)
        return
    value = holder.get(step)
    if isinstance(value, dict) and "object" in value:
        expanded_value: Json | None = value
    else:
        expanded_value = _included(store, holder, step) or _named(store, holder, step, path)
    if expanded_value is None:
        return
    holder[step] = expanded_value
    if rest:
        _follow(store, expanded_value, rest, path)


def _named(store: StripeStore, holder: Json, step: str, path: str) -> Json | None:
    kinds = {
        "payment_intent": store.intents,
        "latest_charge": store.charges,
        "charge": store.charges,
        "payment_method": store.payment_methods,
        "product": store.products,
    }
    if step not in kinds or step not in holder:
        raise _not_expandable(path)
    object_id = holder[step]
    return None if object_id is None else clone(kinds[step][object_id])


def _included(store: StripeStore, holder: Json, step: str) -> Json | None:
    holder_id = holder.get("id", "")
    if step == "line_items" and holder.get("object") == "checkout.session":
        return clone(complete_list(store.line_items[holder_id], f"/v1/checkout/sessions/{holder_id}/line_items"))
    if step == "refunds" and holder.get("object") == "charge":
        refunds = (r for r in reversed(store.refunds.values()) if r["charge"] == holder_id)
        return clone(complete_list(refunds, f"/v1/charges/{holder_id}/refunds"))
    return None


def _not_expandable(path: str) -> ApiError:
    return invalid(f"This property cannot be expanded ({path}).", param="expand")

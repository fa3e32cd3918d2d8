"""Expansion: an id in an answer is replaced by the object it names when `expand[]` asks."""

from __future__ import annotations

from sandbox.stripe.errors import Refusal, invalid
from sandbox.stripe.listing import whole
from sandbox.stripe.world import Json, World, clone

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
    """Refuse what nothing could expand, before any work is done."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > _DEEPEST:
            raise invalid(
                f"You cannot expand more than {_DEEPEST} levels of a property. (requested expand: {path})",
                param="expand",
            )
        if not _EXPANDABLE.issuperset(steps):
            raise _not_expandable(path)


def expanded(world: World, answer: Json, paths: list[str]) -> Json:
    """A copy of `answer` with every path followed, such as `payment_intent.latest_charge`."""
    copy = clone(answer)
    for path in paths:
        _follow(world, copy, path.split("."), path)
    return copy


def _follow(world: World, holder: Json, steps: list[str], path: str) -> None:
    step, *rest = steps
    if step == "data" and holder.get("object") == "list" and rest:
        for item in holder["data"]:
            _follow(world, item, rest, path)
        return
    value = holder.get(step)
    if isinstance(value, dict) and "object" in value:
        found: Json | None = value
    else:
        found = _included(world, holder, step) or _named(world, holder, step, path)
    if found is None:
        return
    holder[step] = found
    if rest:
        _follow(world, found, rest, path)


def _named(world: World, holder: Json, step: str, path: str) -> Json | None:
    kinds = {
        "payment_intent": world.intents,
        "latest_charge": world.charges,
        "charge": world.charges,
        "payment_method": world.payment_methods,
        "product": world.products,
    }
    if step not in kinds or step not in holder:
        raise _not_expandable(path)
    named = holder[step]
    return None if named is None else clone(kinds[step][named])


def _included(world: World, holder: Json, step: str) -> Json | None:
    holder_id = holder.get("id", "")
    if step == "line_items" and holder.get("object") == "checkout.session":
        return clone(whole(world.line_items[holder_id], f"/v1/checkout/sessions/{holder_id}/line_items"))
    if step == "refunds" and holder.get("object") == "charge":
        refunds = (r for r in reversed(world.refunds.values()) if r["charge"] == holder_id)
        return clone(whole(refunds, f"/v1/charges/{holder_id}/refunds"))
    return None


def _not_expandable(path: str) -> Refusal:
    return invalid(f"This property cannot be expanded ({path}).", param="expand")

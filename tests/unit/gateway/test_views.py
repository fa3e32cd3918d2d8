"""Views: a contract class as HTTP shows it."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import pytest
from pydantic import TypeAdapter

from contracts.values import SYSTEM, Actor, ActorKind, Money
from gateway.http.pages import Paging, page_body
from gateway.http.staff_names import with_names
from gateway.http.views import NamedActor, View, event_data, staff_in, view

STAFF = NamedActor(ActorKind.STAFF, "7", "Nora Clerk")


class Colour(StrEnum):
    """A status, as contracts have it."""

    RED = "red"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A part of a contract class."""

    price: Money


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A contract class with every kind of field."""

    id: int
    colour: Colour
    total: Money
    fee: Money | None
    by: Actor
    closed_by: Actor | None
    lines: tuple[Line, ...]
    secret: str = "s3cret"
    risk: str = "high"


class ThingView(View[Thing], drop=("secret",), rename={"lines": "items"}, staff_only=("risk",)):
    """A thing."""

    extra: str


THING = Thing(
    id=1,
    colour=Colour.RED,
    total=Money(15000, "EUR"),
    fee=None,
    by=STAFF,
    closed_by=None,
    lines=(Line(price=Money(500, "EUR")),),
)


def test_a_view_has_money_as_text_with_its_currency_and_actors_as_persons() -> None:
    assert ThingView.of(THING, extra="more") == {
        "id": 1,
        "colour": "red",
        "total": "150.00",
        "currency": "EUR",
        "fee": None,
        "by": {"kind": "staff", "id": "7", "name": "Nora Clerk"},
        "closed_by": None,
        "items": [{"price": "5.00", "currency": "EUR"}],
        "risk": "high",
        "extra": "more",
    }


@pytest.mark.parametrize("reader", ["guest", "public"])
def test_a_view_hides_names_and_staff_only_fields_from_all_but_staff(reader: str) -> None:
    body = ThingView.of(THING, reader=reader, extra="")

    assert body["by"] == {"kind": "staff", "id": None, "name": None}
    assert body["risk"] is None


def test_the_schema_of_a_view_has_exactly_the_fields_of_its_bodies() -> None:
    schema = TypeAdapter(ThingView).json_schema(mode="serialization")

    assert schema["properties"].keys() == ThingView.of(THING, extra="").keys()
    assert set(schema["required"]) == schema["properties"].keys()
    assert schema["properties"]["colour"] == {"title": "Colour", "type": "string"}
    assert {"type": "null"} in schema["properties"]["risk"]["anyOf"]


def test_a_view_without_currency_has_none() -> None:
    class Bare(View[Line], currency=False):
        """A line."""

    assert Bare.of(Line(price=Money(500, "EUR"))) == {"price": "5.00"}


def test_a_view_keeps_only_the_fields_that_it_names() -> None:
    class Brief(View[Thing], only=("id", "colour")):
        """A thing in brief."""

    assert Brief.of(THING) == {"id": 1, "colour": "red"}


def test_a_contract_class_without_a_declared_view_has_one_with_all_its_fields() -> None:
    derived = view(Line)

    assert derived.of(Line(price=Money(500, "EUR"))) == {"price": "5.00", "currency": "EUR"}
    assert (derived.__name__, derived.__doc__) == ("Line", "A part of a contract class.")
    assert view(Line) is derived


def test_the_view_of_a_contract_class_is_the_declared_one_and_a_view_is_its_own() -> None:
    assert view(Thing) is ThingView
    assert view(ThingView) is ThingView


@pytest.mark.parametrize("former", [{}, {"name": "her name when she acted"}])
def test_the_data_of_an_event_has_money_as_text_and_present_names_for_staff_only(former: dict[str, str]) -> None:
    actor = {"kind": "staff", "id": "7", **former}
    data = {"amount": {"amount": 100, "currency": "JPY"}, "by": actor, "owner": {"kind": "system", "id": None}, "n": 1}
    public = {"amount": {"amount": "100", "currency": "JPY"}, "owner": {"kind": "system", "id": None, "name": None}}

    assert list(staff_in(data)) == ["7"]
    assert event_data(data, {"7": "Nora"}) == {**public, "by": {"kind": "staff", "id": "7", "name": "Nora"}, "n": 1}
    assert event_data(data, {}) == {**public, "by": {"kind": "staff", "id": "7", "name": None}, "n": 1}
    assert event_data(data, None) == {**public, "by": {"kind": "staff", "id": None, "name": None}, "n": 1}


def test_a_reply_gets_the_names_of_staff_in_all_its_parts_in_one_lookup() -> None:
    lookups: list[set[str]] = []

    async def names_of(ids: Collection[str]) -> Mapping[str, str]:
        lookups.append(set(ids))
        return {"7": "Nora Clerk"}

    plain = Actor(ActorKind.STAFF, "7")
    things = (replace(THING, by=plain, closed_by=Actor(ActorKind.STAFF, "8")), replace(THING, by=SYSTEM))
    first, second = asyncio.run(with_names(things, names_of))

    assert lookups == [{"7", "8"}]
    assert (ThingView.of(first, extra="")["by"], ThingView.of(second, extra="")["by"]) == (
        {"kind": "staff", "id": "7", "name": "Nora Clerk"},
        {"kind": "system", "id": None, "name": None},
    )
    assert ThingView.of(first, extra="")["closed_by"] == {"kind": "staff", "id": "8", "name": None}


@pytest.mark.parametrize(
    ("page", "following", "previous"),
    [(1, "?search=a&page=2", None), (2, "?search=a&page=3", "?search=a&page=1"), (9, None, "?search=a&page=3")],
)
def test_a_page_links_to_its_neighbours_and_keeps_other_parameters(
    page: int, following: str | None, previous: str | None
) -> None:
    paging = Paging(page=page, page_size=2)

    body = page_body(lambda row: {"row": row}, [1, 2], count=5, paging=paging, query={"search": "a", "page": "x"})

    assert body == {"count": 5, "next": following, "previous": previous, "results": [{"row": 1}, {"row": 2}]}

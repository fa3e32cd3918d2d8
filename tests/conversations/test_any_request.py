"""Any request by any caller gets an answer that the OpenAPI document describes, and none is a server error.

Only the process that runs these tests loads Schemathesis, which takes a second.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gateway.http.problems import MEDIA_TYPE
from gateway.identity.roles import Role
from tests.conversations.conftest import HOTEL
from tests.conversations.two_hotels import NEXT_DOOR, TwoHotels, new_two_hotels
from tests.fakes.database_copies import CopyDatabase
from tests.unit.gateway.builders import staff
from tests.unit.gateway.document import DOCUMENT, OPERATIONS, each_operation, example_of, tokens_of

if TYPE_CHECKING:
    from schemathesis import Case

HEADERS = ("If-Match", "Idempotency-Key")
MODES = {"fitting": "POSITIVE", "broken": "NEGATIVE"}
COLLEAGUES: list[dict[str, Any]] = [
    {"role": Role.MANAGER, "hotel": HOTEL, "is_superuser": True},
    {"role": Role.MANAGER, "hotel": NEXT_DOOR},
    *({"role": role, "hotel": HOTEL} for role in Role),
    {},
]
Draw = Callable[[Any], Any]


@cache
def schema() -> Any:
    import schemathesis

    return schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def two_hotels(template_databases: dict[str, str], copied_database: CopyDatabase) -> Iterator[TwoHotels]:
    with new_two_hotels(template_databases, copied_database) as made:
        yield made


def proof(two_hotels: TwoHotels, tokens: set[str], draw: Draw) -> tuple[dict[str, str], str]:
    """Headers of a caller, mostly one that the operation is for, and the caller's booking if the caller is a guest."""
    fits = draw(st.integers(0, 4)) > 0
    if fits and "guestToken" in tokens:
        made = draw(st.sampled_from(two_hotels.guests))
        return {"Authorization": f"Bearer {made.guest_token}"}, made.booking.id
    who = {} if fits and not tokens else draw(st.sampled_from(COLLEAGUES)) if not fits else COLLEAGUES[0]
    return two_hotels.gateway.accounts.signed_in(staff(**who)) if who else {}, ""


@cache
def _validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"components": DOCUMENT["components"], **json.loads(reference)})


def conforms(answer: httpx.Response, operation: dict[str, Any]) -> None:
    """Asserts that the answer has a documented status, content type, body and error code."""
    status = str(answer.status_code)
    assert answer.status_code < 500, answer.text
    assert status in operation["responses"], f"{status} is not documented: {answer.text}"
    response = operation["responses"][status]
    if not response.get("content"):
        assert answer.content == b""
        return
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in response["content"], f"{kind} for {status}"
    if "json" in kind:
        problems = _validator(json.dumps(response["content"][kind]["schema"])).iter_errors(answer.json())
        assert [f"{problem.json_path}: {problem.message}" for problem in problems] == []
    if kind == MEDIA_TYPE:
        assert answer.json()["error"]["code"] in response["x-codes"], answer.text


def sensible(given: Any, known: dict[str, list[Any]], draw: Draw) -> Any:
    """The generated value with most ids replaced by ids that exist."""
    if not isinstance(given, dict):
        return given
    return {
        name: draw(st.sampled_from(known[name])) if name in known and draw(st.integers(0, 3)) else value
        for name, value in given.items()
    }


def body_of(case: "Case", operation: dict[str, Any], two_hotels: TwoHotels, draw: Draw) -> bytes:
    """The generated body, or the example of the document."""
    from schemathesis.core import NOT_SET

    if isinstance(case.body, bytes):
        return case.body
    made_up = {} if case.body is NOT_SET else case.body
    body = draw(st.sampled_from((made_up, example_of(operation).get("json", made_up))))
    return json.dumps(sensible(body, two_hotels.known, draw)).encode("utf-8", "replace")


def request_of(
    case: "Case", operation: dict[str, Any], two_hotels: TwoHotels, draw: Draw
) -> tuple[str, dict[str, Any]]:
    """The path, and the headers, parameters and body of a request."""
    headers, booking_id = proof(two_hotels, tokens_of(operation), draw)
    names = [part[1:-1] for part in case.path.split("/") if part.startswith("{")]
    where = {name: draw(st.sampled_from(two_hotels.known[name])) for name in names}
    if booking_id and draw(st.integers(0, 4)):
        where |= {"slug": HOTEL, "booking_id": booking_id}
    strings = {name: str(value).encode("utf-8", "replace") for name, value in (case.headers or {}).items()}
    sent = {
        "headers": {name: strings[name] for name in HEADERS if name in strings} | headers,
        "params": sensible(case.query or {}, two_hotels.known, draw),
    }
    if "requestBody" in operation:
        sent["content"] = body_of(case, operation, two_hotels, draw)
    return case.path.format_map(where), sent


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("method", "path", "operation"),
    each_operation(lambda path, documented: path.startswith("/api/") and not documented.get("deprecated")),
)
def test_every_answer_is_one_that_is_documented(  # noqa: PLR0917 — its parameters are the document's
    two_hotels: TwoHotels, request: pytest.FixtureRequest, mode: str, method: str, path: str, operation: dict[str, Any]
) -> None:
    from schemathesis import GenerationMode

    made_up = schema()[path][method].as_strategy(generation_mode=GenerationMode[MODES[mode]])

    @given(case=made_up, data=st.data())
    @settings(
        max_examples=request.config.getoption("--requests"), derandomize=True, database=None, deadline=None,
        phases=(Phase.generate,), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(case: "Case", data: st.DataObject) -> None:
        where, sent = request_of(case, operation, two_hotels, data.draw)

        conforms(two_hotels.gateway.call(method, where, **sent), operation)

    ask()


def test_an_undocumented_answer_is_noticed() -> None:
    operation = next(documented for _, _, documented in OPERATIONS if documented["operationId"] == "get_room")
    answers = [httpx.Response(418, json={}), httpx.Response(200, json={"room_number": 7}), httpx.Response(500, json={})]

    for answer in answers:
        with pytest.raises(AssertionError):
            conforms(answer, operation)

"""Pages of lists: the query parameters that choose a page, and the body `{count, next, previous, results}`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from contracts import values
from gateway.http.views import Json, view

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Row = TypeVar("Row")


class Paging(BaseModel):
    """The query parameters of every list."""

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=100)] = 20

    @property
    def slice(self) -> values.Page:
        """The page as the contract class that list queries contain."""
        return values.Page(page=self.page, page_size=self.page_size)


@dataclass(frozen=True, kw_only=True)
class ResultPage(Generic[Row]):
    """A page of a list. `count` is the length of the whole list; `next` and `previous` are relative links."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[Row, ...]


def page_of(source: type) -> Any:
    """The `ResultPage` type of a view; for a contract class, the type of the class's view."""
    return ResultPage[view(source)]  # type: ignore[misc]


class ReplyPage(Protocol[T_co]):
    """The shape of a page in a service's reply."""

    @property
    def count(self) -> int:
        """The length of the whole list."""

    @property
    def results(self) -> Sequence[T_co]:
        """The rows of this page."""


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """The rows of a page, and the length of the whole list."""

    count: int
    results: Sequence[Row]


def page_body(encode: Callable[[T], Json], reply: ReplyPage[T], paging: Paging, query: Mapping[str, str]) -> Json:
    """The JSON of a `ResultPage`. `encode` makes each row; links (`"?page=2"`) keep the other parameters of `query`."""
    last = max(1, -(-reply.count // paging.page_size))
    return {
        "count": reply.count,
        "next": _link(query, paging.page + 1) if paging.page < last else None,
        "previous": _link(query, min(paging.page - 1, last)) if paging.page > 1 else None,
        "results": [encode(row) for row in reply.results],
    }


def _link(query: Mapping[str, str], number: int) -> str:
    parameters: dict[str, Any] = {name: value for name, value in query.items() if name != "page"}
    return f"?{urlencode({**parameters, 'page': number})}"

"""Pages of lists: the query parameters that choose a page, and the body `{count, next, previous, results}`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from contracts.data import Data
from contracts.values import Page
from gateway.http.views import Json, view

T = TypeVar("T")
Row = TypeVar("Row")


class Paging(BaseModel):
    """The query parameters of every list."""

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=100)] = 20

    @property
    def slice(self) -> Page:
        """The requested page as a `Page`, the class that list queries of the contracts take."""
        return Page(page=self.page, page_size=self.page_size)

    @property
    def values(self) -> dict[str, Any]:
        """The fields of a list query: the page, and the filters that a subclass declares."""
        return self.model_dump(exclude={"page_size"}) | {"page": self.slice}


class ResultPage(Data, Generic[Row]):
    """A page of a list. `count` is the length of the whole list; `next` and `previous` are relative links."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[Row, ...]


def page_of(source: type) -> Any:
    """The `ResultPage` type whose rows are of the view `source`. For a contract class, that class's view is used."""
    return ResultPage[view(source)]  # type: ignore[misc]


def page_body(
    encode: Callable[[T], Json], rows: Sequence[T], *, count: int, paging: Paging, query: Mapping[str, str]
) -> Json:
    """The JSON of a `ResultPage`. `encode` encodes each of `rows`; `count` is the length of the whole list.

    The links (`"?page=2"`) keep the other parameters of `query`.
    """
    last = max(1, -(-count // paging.page_size))
    return {
        "count": count,
        "next": _link(query, paging.page + 1) if paging.page < last else None,
        "previous": _link(query, min(paging.page - 1, last)) if paging.page > 1 else None,
        "results": [encode(row) for row in rows],
    }


def _link(query: Mapping[str, str], number: int) -> str:
    parameters: dict[str, Any] = {name: value for name, value in query.items() if name != "page"}
    return f"?{urlencode({**parameters, 'page': number})}"

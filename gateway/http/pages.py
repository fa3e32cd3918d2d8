"""Lists: `{count, next, previous, results}`, with links relative to the page at hand."""

from collections.abc import Mapping
from urllib.parse import urlencode

from contracts.values import Page


def links(count: int, page: Page, query: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The next and the previous page, keeping every other parameter: `"?page=2"`."""
    last = max(1, -(-count // page.page_size))
    following = _link(query, page.page + 1) if page.page < last else None
    before = _link(query, min(page.page - 1, last)) if page.page > 1 else None
    return following, before


def _link(query: Mapping[str, str], number: int) -> str:
    kept = {name: value for name, value in query.items() if name != "page"}
    return f"?{urlencode({**kept, 'page': number})}"

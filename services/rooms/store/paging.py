"""Search patterns and pages of lists."""

from contracts.values import Page


def like(search: str) -> str:
    """The `ILIKE` pattern for texts that contain the search; an empty text for an empty search."""
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if escaped else ""


def limits(page: Page) -> dict[str, int]:
    """The parameters of `LIMIT :limit OFFSET :skip`."""
    return {"limit": page.page_size, "skip": (page.page - 1) * page.page_size}

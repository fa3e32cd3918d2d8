"""How a list is narrowed and cut into pages."""

from contracts.values import Page


def like(search: str) -> str:
    """The pattern of everything that contains the text; empty: everything."""
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if escaped else ""


def limits(page: Page) -> dict[str, int]:
    """The page as `LIMIT :limit OFFSET :skip`."""
    return {"limit": page.page_size, "skip": (page.page - 1) * page.page_size}

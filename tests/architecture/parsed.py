"""Sources as syntax trees; each text is parsed once, because many tests walk through the same files."""

import ast
from functools import cache


@cache
def parsed(source: str) -> ast.Module:
    """The tree of this text, which nobody may change."""
    return ast.parse(source)

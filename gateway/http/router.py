"""Finds the route of a request in a few dictionary look-ups, however many routes there are.

A literal segment wins over a parameter.
"""

from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send


@dataclass
class _Node:
    literals: "dict[str, _Node]" = field(default_factory=dict)
    parameter: "_Node | None" = None
    routes: "dict[str, tuple[Route, tuple[str, ...]]]" = field(default_factory=dict)


def segments(path: str) -> list[str]:
    """The path's segments; a trailing slash adds no segment."""
    return path.removeprefix("/").removesuffix("/").split("/")


class TrieRouter(BaseRoute):
    """One route in front of all others: finds the path in a trie, and passes the request to the stored route."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, route: Route, *, method: str) -> None:
        """Add a route; raises `ValueError` where method and path have one already."""
        node, names = self._root, []
        for segment in segments(route.path):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        if method in node.routes:
            raise ValueError(f"{method} {route.path} has the same path as {node.routes[method][0].path}")
        node.routes[method] = (route, tuple(names))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match fully if the trie has the path, whatever the method is; `handle` checks the method."""
        if scope["type"] != "http" or "\x00" in scope["path"]:
            return Match.NONE, {}
        values: list[str] = []
        node = _find(self._root, segments(scope["path"]), 0, values)
        if node is None:
            return Match.NONE, {}
        route, names = node.routes.get(scope["method"], (None, ()))
        if route is None:
            return Match.FULL, {"allowed": sorted(node.routes)}
        parameters = dict(zip(names, values, strict=True))
        return Match.FULL, {"endpoint": route.endpoint, "path_params": parameters, "route": route}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the matched route; respond 405 where the path has routes for other methods only."""
        if "allowed" in scope:
            raise HTTPException(405, headers={"Allow": ", ".join(scope["allowed"])})
        await scope["route"].handle(scope, receive, send)


def _find(node: _Node, parts: list[str], at: int, values: list[str]) -> _Node | None:
    if at == len(parts):
        return node if node.routes else None
    part = parts[at]
    literal = node.literals.get(part)
    if literal is not None:
        end = _find(literal, parts, at + 1, values)
        if end is not None:
            return end
    if node.parameter is None or not part:
        return None
    values.append(part)
    end = _find(node.parameter, parts, at + 1, values)
    if end is None:
        values.pop()
    return end

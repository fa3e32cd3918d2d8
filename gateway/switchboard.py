"""Finds the route of a path in a few dictionary look-ups, whatever their number. Literal segments come first."""

from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import URLPath
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import Receive, Scope, Send


@dataclass
class _Node:
    literals: "dict[str, _Node]" = field(default_factory=dict)
    parameter: "_Node | None" = None
    routes: "dict[str, tuple[Route, tuple[str, ...]]]" = field(default_factory=dict)


def segments(path: str) -> list[str]:
    """The path's parts; one trailing slash is no part."""
    return path.removeprefix("/").removesuffix("/").split("/")


class Switchboard(BaseRoute):
    """Stands before the routes themselves, which are declared one by one, and hands each request to its own."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, route: Route, *, method: str) -> None:
        """One more route; raises `ValueError` where method and path have one already."""
        node, names = self._root, []
        for segment in segments(route.path):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        if method in node.routes:
            raise ValueError(f"{method} {route.path} is also {node.routes[method][0].path}")
        node.routes[method] = (route, tuple(names))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Full wherever the path is known, whatever the method."""
        if scope["type"] != "http" or "\x00" in scope["path"]:
            return Match.NONE, {}
        taken: list[str] = []
        node = _found(self._root, segments(scope["path"]), 0, taken)
        if node is None:
            return Match.NONE, {}
        route, names = node.routes.get(scope["method"], (None, ()))
        if route is None:
            return Match.FULL, {"allowed": sorted(node.routes)}
        parameters = dict(zip(names, taken, strict=True))
        return Match.FULL, {"endpoint": route.endpoint, "path_params": parameters, "route": route}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on to the route that was found; 405 where there is one for other methods only."""
        if "allowed" in scope:
            raise HTTPException(405, headers={"Allow": ", ".join(scope["allowed"])})
        await scope["route"].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Names belong to the routes themselves."""
        raise NoMatchFound(name, path_params)


def _found(node: _Node, parts: list[str], at: int, taken: list[str]) -> _Node | None:
    if at == len(parts):
        return node if node.routes else None
    part = parts[at]
    literal = node.literals.get(part)
    if literal is not None:
        found = _found(literal, parts, at + 1, taken)
        if found is not None:
            return found
    if node.parameter is None or not part:
        return None
    taken.append(part)
    found = _found(node.parameter, parts, at + 1, taken)
    if found is None:
        taken.pop()
    return found

"""One request on its way through: who asks, under which key and version, and how its answer is written."""

import hashlib
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from chassis import codec
from chassis.observability import trace
from chassis.refusal import Refusal
from contracts.message import Ask
from contracts.values import Caller, Context
from gateway.identity.accounts import Staff
from gateway.identity.admission import LIMITED_AS, admitted, permitted
from gateway.tools import Tools

if TYPE_CHECKING:
    from gateway.operations import Operation

Reply = TypeVar("Reply")

LARGEST_BODY = 64 * 1024
SHORTEST_ANONYMOUS_KEY, LONGEST_KEY = 16, 255
_KEY = re.compile(r"[\x21-\x7e]+")
_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')
_VERSION = re.compile(r"[0-9]{1,9}")
MOST_TAGS = 20
_canonical = msgspec.json.Encoder(order="sorted")


class Call(Request):
    """A request, with what the gateway knows of it. Endpoints take it as their first argument."""

    operation: "Operation"
    caller = Caller()
    staff: Staff | None = None
    replayed = False

    @property
    def tools(self) -> Tools:
        """What requests may use."""
        tools: Tools = self.scope["app"].state.tools
        return tools

    @property
    def hotel(self) -> str:
        """The hotel's slug: the path's, or where an alias leaves it out, the staff's own."""
        return str(self.path_params.get("slug") or self.caller.hotel or "")

    @property
    def booking_id(self) -> str:
        """The path's booking."""
        return str(self.path_params["booking_id"])

    @property
    def code(self) -> str:
        """The path's code: of a room type, promotion or policy."""
        return str(self.path_params["code"])

    @property
    def room_number(self) -> str:
        """The path's room."""
        return str(self.path_params["room_number"])

    def numbered(self, name: str, *, missing: str) -> int:
        """The path's number of this name; refused with the code `missing` where it is none."""
        given = str(self.path_params[name])
        if not re.fullmatch(r"[0-9]{1,18}", given):
            raise Refusal(missing, "There is no such thing.")
        return int(given)

    @property
    def authorization(self) -> str:
        """The proof that came with it."""
        return self.headers.get("authorization", "")

    async def admit(self) -> None:
        """Let it in, or refuse: too often (429), who (401), where (403, 404), may they (403)."""
        operation, tools = self.operation, self.tools
        tools.buckets.take(LIMITED_AS.get(operation.audience), self.client.host if self.client else "")
        self.caller, self.staff = await admitted(operation.audience, self.authorization, tools.accounts)
        if self.caller.kind == "staff":
            if self.hotel != self.caller.hotel:
                await tools.hotels.get(self.hotel)
                raise Refusal("PERMISSION_DENIED", "This is another hotel's.")
            permitted(self.caller, operation.needs)

    async def read(self) -> None:
        """Read the JSON body; none at all is an empty object. Refused `MALFORMED_JSON`, `BODY_TOO_LARGE`."""
        self._body = await self.raw() or b"{}"
        try:
            self._json = codec.decode(self._body)
        except (ValueError, RecursionError) as problem:
            raise Refusal("MALFORMED_JSON", "The body is not JSON.") from problem

    async def raw(self) -> bytes:
        """The body as it came, up to 64 KiB; refused `BODY_TOO_LARGE`."""
        told = self.headers.get("content-length", "")
        length, parts = 0, []
        if not (told.isdigit() and int(told) > LARGEST_BODY):
            async for part in self.stream():
                length += len(part)
                if length > LARGEST_BODY:
                    break
                parts.append(part)
            else:
                return b"".join(parts)
        raise Refusal("BODY_TOO_LARGE", f"A body has at most {LARGEST_BODY} bytes.")

    async def ask(self, message: Ask[Reply], *, deadline: float | None = None) -> Reply:
        """Ask a service on the caller's behalf. Raises its `Refusal`, or `Unavailable`."""
        reply, replayed = await self.tools.bus.ask(
            message, self.context, deadline=deadline or self.tools.settings.ask_seconds
        )
        self.replayed = self.replayed or replayed
        return reply

    def answer(
        self,
        shape: Any,
        *,
        status: int | None = None,
        version: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        """The response; `version` becomes its ETag."""
        sent = headers or {}
        if version is not None:
            sent["ETag"] = f'"{version}"'
        if self.replayed:
            sent["Idempotency-Replayed"] = "true"
        return Response(
            codec.encode(shape),
            status_code=status or self.operation.status,
            headers=sent,
            media_type="application/json",
        )

    @cached_property
    def context(self) -> Context:
        """What travels beside every ask of this request."""
        key = self._scoped_key()
        return Context(
            caller=self.caller,
            traceparent=trace.current(),
            request_id=self.scope.get("request_id", ""),
            idempotency_key=key,
            fingerprint=hashlib.sha256(_canonical.encode(getattr(self, "_json", {}))).hexdigest() if key else None,
            if_match=self._versions(),
        )

    def _scoped_key(self) -> str | None:
        key = self.headers.get("idempotency-key") if self.operation.keyed else None
        if key is None:
            return None
        who = self.caller.staff_id or _hashed(self.caller.guest_token or "")
        shortest = SHORTEST_ANONYMOUS_KEY if self.caller.kind == "public" else 1
        if not _KEY.fullmatch(key) or not shortest <= len(key) <= LONGEST_KEY:
            raise Refusal(
                "VALIDATION_ERROR",
                "The request has invalid fields.",
                errors=[{"field": "Idempotency-Key", "message": f"{shortest} to {LONGEST_KEY} visible characters."}],
            )
        path = self.operation.path.format_map({**self.path_params, "slug": self.hotel})
        return _hashed("\n".join((self.caller.kind, who, self.operation.method, path, key)))

    def _versions(self) -> tuple[int, ...] | None:
        """A list of tags in any number of headers (RFC 9110, 13.1.1); tags that are no versions match nothing."""
        told = self.headers.getlist("if-match") if self.operation.matches_version else []
        named = [tag for tag in (part.strip(" \t") for part in ",".join(told).split(",")) if tag]
        if not told or named == ["*"]:
            return None
        tags = [_TAG.fullmatch(tag) for tag in named[:MOST_TAGS]]
        versions = [int(tag.group(1)) for tag in tags if tag and _VERSION.fullmatch(tag.group(1))]
        if not versions or None in tags:
            raise Refusal("VERSION_MISMATCH", "If-Match names no version that this has.")
        return tuple(versions)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

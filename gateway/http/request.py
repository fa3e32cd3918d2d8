"""A request of the HTTP API: its caller, its preconditions, and its response."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar, get_args

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from chassis import codec
from chassis.observability import trace
from chassis.refusal import Refusal
from chassis.text import normalised, normalised_data
from contracts.bookings.asks import HoldCaps
from contracts.message import Ask
from contracts.values import Caller, Context
from gateway.app_state import AppState
from gateway.http import preconditions
from gateway.http.operation import Operation
from gateway.http.pages import Paging, page_body
from gateway.http.staff_names import with_names
from gateway.http.views import Json
from gateway.identity.accounts import Staff
from gateway.identity.admission import RATE_LIMITS, authenticate, require_permission
from gateway.identity.networks import hashed_network, network_of
from gateway.identity.rate_limits import CAPS

Reply = TypeVar("Reply")
Message = TypeVar("Message")
T = TypeVar("T")

MAX_BODY = 64 * 1024
MAX_DIGITS = 20  # of a length
_canonical = msgspec.json.Encoder(order="sorted")


class ApiRequest(Request):
    """A request for an operation. Endpoints take it as their first argument."""

    operation: Operation
    caller = Caller()
    staff: Staff | None = None
    replayed = False

    @property
    def app_state(self) -> AppState:
        """The process's bus, accounts, caches and settings."""
        state: AppState = self.scope["app"].state.app_state
        return state

    @property
    def hotel(self) -> str:
        """The hotel's slug from the path; for an alias without a slug, the hotel of the signed-in member of staff."""
        return str(self.path_params.get("slug") or self.caller.hotel or "")

    @property
    def booking_id(self) -> str:
        """The booking id in the path."""
        return str(self.path_params["booking_id"])

    def for_path(self, message: Callable[..., Message], /, **values: Any) -> Message:
        """Make a message. Its fields come from the path (hotel, booking, room and so on) and from `values`.

        Raises `TypeError` where the path names a thing for which the message has no field: the answer would be the same
        for a thing of another hotel or another booking.
        """
        in_path = {name: value for name, value in self.path_params.items() if name != "slug"}
        return message(**{"hotel": self.hotel, **in_path, **values})

    def path_number(self, name: str, *, missing: str) -> int:
        """The path parameter `name` as a number. Any other text is refused with the code that `missing` contains."""
        text = str(self.path_params[name])
        if not re.fullmatch(r"[0-9]{1,18}", text):
            raise Refusal(missing, "There is no such resource.")
        return int(text)

    @cached_property
    def query_params(self) -> QueryParams:
        """The parameters of the query, in composed form (NFC)."""
        texts = super().query_params.multi_items()
        return QueryParams([(normalised(name), normalised(text)) for name, text in texts])

    @property
    def network(self) -> str:
        """The client's network, as limits count it."""
        return network_of(self.client.host) if self.client else ""

    @property
    def hold_caps(self) -> HoldCaps | None:
        """The caps of the guest's unpaid holds; None for staff, and where rate limits are off."""
        settings = self.app_state.settings
        limits = settings.limits
        if self.caller.kind == "staff" or not limits:
            return None
        address = hashed_network(self.network, settings.address_key)
        return HoldCaps(address=address, **{name: limits[name] for name in CAPS})

    @property
    def authorization(self) -> str:
        """The `Authorization` header."""
        return self.headers.get("authorization", "")

    async def authorize(self) -> None:
        """Check rate limit (429), token (401), hotel (403, 404) and permission (403), in this order."""
        operation, state = self.operation, self.app_state
        state.rate_limiter.take(RATE_LIMITS.get(operation.audience), self.network)
        self.caller, self.staff = await authenticate(operation.audience, self.authorization, state.accounts.whose)
        if self.caller.kind == "staff":
            if self.hotel != self.caller.hotel:
                await state.hotels.get(self.hotel)
                raise Refusal("PERMISSION_DENIED", "This member of staff belongs to another hotel.")
            require_permission(self.caller, operation.needs)

    async def read_json(self) -> None:
        """Read the JSON body, its texts in composed form (NFC); a missing body is an empty object.

        Refused `MALFORMED_JSON` or `BODY_TOO_LARGE`.
        """
        self._body = await self.read_body() or b"{}"
        try:
            plain = self._body.isascii() and b"\\u" not in self._body
            self._json = codec.decode(self._body) if plain else normalised_data(codec.decode(self._body))
        except (ValueError, RecursionError) as problem:
            raise Refusal("MALFORMED_JSON", "The body is not JSON.") from problem

    async def read_body(self) -> bytes:
        """The body as bytes, up to 64 KiB; refused `BODY_TOO_LARGE`."""
        header = self.headers.get("content-length", "")
        length, chunks = 0, []
        if not (header.isdecimal() and (len(header) > MAX_DIGITS or int(header) > MAX_BODY)):
            async for chunk in self.stream():
                length += len(chunk)
                if length > MAX_BODY:
                    break
                chunks.append(chunk)
            else:
                return b"".join(chunks)
        raise Refusal("BODY_TOO_LARGE", f"A body has at most {MAX_BODY} bytes.")

    async def ask(self, message: Ask[Reply], *, deadline: float | None = None) -> Reply:
        """Ask a service for the caller; `deadline` is in seconds. Raises the service's `Refusal`, or `Unavailable`.

        The reply to staff has the names of the staff whose ids are in it.
        """
        reply, replayed = await self.app_state.bus.ask(
            message, self.context, deadline=deadline or self.app_state.settings.ask_seconds
        )
        self.replayed = self.replayed or replayed
        return await with_names(reply, self.names_of) if self.caller.kind == "staff" else reply

    async def names_of(self, staff_ids: Collection[str]) -> Mapping[str, str]:
        """The present names of the hotel's staff with these ids. A name that cannot be read is left out."""
        own = {self.caller.staff_id: self.caller.name} if self.caller.staff_id and self.caller.name else {}
        others = [each for each in staff_ids if each not in own]
        return {**own, **(await self.app_state.staff_names.of(self.hotel, others) if others else {})}

    async def answer(self, message: Ask[Any], *, deadline: float | None = None, **more: Any) -> Response:
        """Ask a service, and respond with the operation's view of the reply and the further fields in `more`.

        The response of an operation without a view has no body.
        """
        reply, view = await self.ask(message, deadline=deadline), self.operation.response
        if view is None:
            return Response(status_code=self.operation.status)
        return self.respond(view.of(reply, reader=self.caller.kind, **more))

    async def answer_page(self, query: Ask[Any], paging: Paging) -> Response:
        """Ask a service, and respond with a page. Each row of the page has the operation's view."""
        [row] = get_args(self.operation.response)
        reply = await self.ask(query)
        return self.respond_page(
            lambda each: row.of(each, reader=self.caller.kind), reply.results, count=reply.count, paging=paging
        )

    def respond(
        self, body: Any, *, status: int | None = None, version: int | None = None, headers: dict[str, str] | None = None
    ) -> Response:
        """The JSON response; `version` becomes the ETag."""
        headers = headers or {}
        if version is not None:
            headers["ETag"] = f'"{version}"'
        if self.replayed:
            headers["Idempotency-Replayed"] = "true"
        return Response(
            codec.encode(body),
            status_code=status or self.operation.status,
            headers=headers,
            media_type="application/json",
        )

    def respond_page(
        self, encode: Callable[[T], Json], rows: Sequence[T], *, count: int, paging: Paging, **more: Any
    ) -> Response:
        """Respond with the page that `page_body` makes, and with the further fields in `more`."""
        body = page_body(encode, rows, count=count, paging=paging, query=self.query_params)
        return self.respond(body | more)

    @cached_property
    def context(self) -> Context:
        """The context of every ask of this request."""
        key = self._scoped_key()
        return Context(
            caller=self.caller,
            traceparent=trace.current(),
            request_id=self.scope.get("request_id", ""),
            idempotency_key=key,
            fingerprint=hashlib.sha256(_canonical.encode(getattr(self, "_json", {}))).hexdigest() if key else None,
            if_match=preconditions.versions(self.headers.getlist("if-match") if self.operation.takes_if_match else ()),
        )

    def _scoped_key(self) -> str | None:
        key = self.headers.get("idempotency-key") if self.operation.idempotency_key else None
        if key is None:
            return None
        owner = self.caller.staff_id or preconditions.hashed(self.caller.guest_token or "")
        path = self.operation.path.format_map({**self.path_params, "slug": self.hotel})
        return preconditions.scoped_key(
            key, kind=self.caller.kind, owner=owner, method=self.operation.method, path=path + self._only_in_alias
        )

    @property
    def _only_in_alias(self) -> str:
        """The things that an alias names besides those of the canonical path, so that no other one has the same key."""
        canonical = self.operation.path
        more = {name: value for name, value in self.path_params.items() if f"{{{name}}}" not in canonical}
        return "".join(f"{name}={more[name]}" for name in sorted(more.keys() - {"slug"}))

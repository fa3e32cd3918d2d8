"""The declaration of an operation of the HTTP API: path, audience, permissions, responses and refusals."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import Any

from starlette.responses import Response

from contracts.data import Data
from contracts.values import Permission
from gateway.identity.admission import Audience

Endpoint = Callable[..., Awaitable[Response]]


class Operation(Data):
    """One operation. With `needs`, a member of staff must have at least one of these permissions.

    `response` is the type of the body for the status `status`. `other_responses` maps each further success status to a
    description and a type. `stream_type` is the media type of a stream that clients may request instead. `openapi` is
    merged unchanged into the document. `etag` marks a versioned resource other than a booking or a room.
    `cache_control` is the header of a success: only a response that is the same for everybody may be stored anywhere.
    """

    method: str
    path: str
    endpoint: Endpoint
    audience: Audience
    tag: str
    response: Any
    status: int = 200
    needs: tuple[Permission, ...] = ()
    refuses: tuple[str, ...] = ()
    idempotency_key: bool = False
    other_responses: Mapping[int, tuple[str, Any]] = field(default_factory=dict)
    stream_type: str = ""
    openapi: Mapping[str, Any] = field(default_factory=dict)
    etag: bool = False
    cache_control: str = "no-store"

    @property
    def name(self) -> str:
        """The unique OpenAPI operation id."""
        return self.endpoint.__name__

    @property
    def versioned(self) -> bool:
        """Whether the resource has a version, and so an ETag."""
        return self.etag or "{booking_id}" in self.path or "{room_number}" in self.path

    @property
    def takes_if_match(self) -> bool:
        """Whether the operation takes `If-Match`."""
        return self.versioned and self.method != "GET"

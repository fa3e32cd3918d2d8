"""The control's endpoints for webhooks."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import ValidationError

from sandbox.stripe.desk import Desk
from sandbox.stripe.webhooks import Drop, WebhookSettings
from sandbox.stripe.world import Json, find


def add_webhooks(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/webhooks")
    async def read_webhooks() -> Json:
        return _described(desk)

    @routes.post("/webhooks")
    async def change_webhooks(changes: dict[str, Any]) -> Json:
        try:
            settings = WebhookSettings(**{**desk.courier.settings.model_dump(), **changes})
        except ValidationError as error:
            raise HTTPException(422, error.errors(include_url=False)) from error
        desk.courier.change(settings)
        return _described(desk)

    @routes.post("/webhooks/drop")
    async def drop_events(drop: Drop) -> Json:
        desk.courier.drops.append(drop)
        return _described(desk)

    @routes.post("/events/{event_id}/resend")
    async def resend(event_id: str) -> Json:
        event = find("event", desk.world.events, event_id)
        desk.courier.send(event)
        return event


def _described(desk: Desk) -> Json:
    courier = desk.courier
    return {
        "settings": courier.settings.model_dump(),
        "drops": [drop.model_dump() for drop in courier.drops],
        "waiting": courier.waiting(),
    }

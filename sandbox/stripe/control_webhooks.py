"""The control API's endpoints for webhooks."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import ValidationError

from sandbox.stripe.app_state import StripeAppState
from sandbox.stripe.store import Json, find
from sandbox.stripe.webhook_settings import Drop, WebhookSettings


def add_webhooks(routes: APIRouter, state: StripeAppState) -> None:
    @routes.get("/webhooks")
    async def read_webhooks() -> Json:
        return _as_json(state)

    @routes.post("/webhooks")
    async def change_webhooks(changes: dict[str, Any]) -> Json:
        try:
            settings = WebhookSettings(**{**state.webhooks.settings.model_dump(), **changes})
        except ValidationError as error:
            raise HTTPException(422, error.errors(include_url=False)) from error
        state.webhooks.change(settings)
        return _as_json(state)

    @routes.post("/webhooks/drop")
    async def drop_events(drop: Drop) -> Json:
        state.webhooks.drops.append(drop)
        return _as_json(state)

    @routes.post("/events/{event_id}/resend")
    async def resend(event_id: str) -> Json:
        event = find("event", state.store.events, event_id)
        state.webhooks.send(event)
        return event


def _as_json(state: StripeAppState) -> Json:
    webhooks = state.webhooks
    return {
        "settings": webhooks.settings.model_dump(),
        "drops": [drop.model_dump() for drop in webhooks.drops],
        "waiting": webhooks.waiting(),
    }

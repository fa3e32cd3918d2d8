"""The yardstick server: bare FastAPI routes, one query each, served as the gateway is."""

import argparse
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import stripe
import uvicorn
from fastapi import FastAPI, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.settings import with_driver

INSERT = text("INSERT INTO notice VALUES (:event_id, :body)")


def bare(database_url: str, *, secret: str) -> FastAPI:
    """`/one` runs `SELECT 1`; `/notice` inserts what Stripe has signed."""
    engine = create_async_engine(with_driver(database_url, "psycopg"), pool_size=10)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS notice (event_id text PRIMARY KEY, body jsonb)"))
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.get("/one")
    async def one() -> dict[str, int]:
        async with engine.connect() as connection:
            return {"one": (await connection.execute(text("SELECT 1"))).scalar_one()}

    @app.post("/notice")
    async def notice(request: Request) -> dict[str, str]:
        body = (await request.body()).decode()
        stripe.WebhookSignature.verify_header(body, request.headers["stripe-signature"], secret, 300)
        async with engine.begin() as connection:
            await connection.execute(INSERT, {"event_id": json.loads(body)["id"], "body": body})
        return {"status": "success"}

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(
        bare(os.environ["DATABASE_URL"], secret=os.environ["WEBHOOK_SECRET"]),
        host="127.0.0.1",
        port=parser.parse_args().port,
        log_level="warning",
        access_log=False,
    )

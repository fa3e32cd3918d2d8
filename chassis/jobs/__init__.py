"""Durable jobs: how a worker runs, retries and gives up what transactions have enqueued."""

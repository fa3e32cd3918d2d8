"""Durable jobs: a worker runs, retries or gives up the jobs that transactions have enqueued."""

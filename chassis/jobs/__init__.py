"""Durable jobs: calls to the outside world that a transaction enqueues and a worker makes after its commit."""

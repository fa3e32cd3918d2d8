"""Hosts a service on nameko, with our own entrypoints: the stock ones lose, loop or repeat messages (ADR 3)."""

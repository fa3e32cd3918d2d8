"""Hosts a service on nameko, with our own entrypoints: nameko's entrypoints lose, loop or repeat messages (ADR 3)."""

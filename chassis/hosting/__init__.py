"""Hosts a service on nameko, with our own entrypoints: nameko's can lose a message or handle it twice (ADR 3)."""

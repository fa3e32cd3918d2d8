"""Replies of services that the gateway caches for some seconds."""

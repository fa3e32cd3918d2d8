"""A stand-in for Pusher Channels: the same protocol and HTTP API, with a memory and faults."""

from sandbox.pusher.standin import PusherStandIn

__all__ = ["PusherStandIn"]

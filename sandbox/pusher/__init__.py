"""A stand-in for Pusher Channels: the same protocol and HTTP API, with a log of events and faults on demand."""

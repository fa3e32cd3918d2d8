"""Messages between processes: topology, asks, events, outbox, inbox and relay."""

"""The machinery that every service runs on: delivery, mailbox, clock, telemetry. It knows nothing of hotels."""

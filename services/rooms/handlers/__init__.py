"""The handlers of rooms: each loads, decides and records, for one message."""

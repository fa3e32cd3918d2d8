"""The handlers of asks, events and jobs."""

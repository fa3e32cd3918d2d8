"""One booking's timeline: collected from the services, ordered by cause, printed."""

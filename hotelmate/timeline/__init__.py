"""One booking's timeline: collects entries from the services, orders them by cause, and prints them."""

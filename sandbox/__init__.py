"""Stand-ins for the outside world, and tools to run everything on one machine."""

"""The deployables: each owns one database, and talks to the others by message only."""

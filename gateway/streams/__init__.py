"""Event streams: one reading of a booking's feed for all its streams, their number, and the end with their token."""

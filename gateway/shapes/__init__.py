"""What HTTP answers look like: one frozen dataclass per shape, encoded as it is and documented from its fields."""

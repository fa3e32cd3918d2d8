"""The decisions of rooms: pure functions of loaded values, without I/O."""

"""The decisions of rooms, as pure functions of loaded values, without I/O."""

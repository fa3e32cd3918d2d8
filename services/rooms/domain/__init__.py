"""What rooms decides: pure functions of what is known, without I/O."""

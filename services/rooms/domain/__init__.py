"""The decisions of the rooms service, as pure functions of loaded values, without I/O."""

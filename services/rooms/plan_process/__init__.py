"""The room plan in a process of its own, so that the service's green threads go on while it is computed."""

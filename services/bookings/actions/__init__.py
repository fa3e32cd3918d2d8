"""Two-step actions. Each module has the conditions of one action, its ask to the rooms service, and its effect."""

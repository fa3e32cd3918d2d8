"""Two-step actions, one module each: its conditions, its ask to the rooms service, and the effect of the reply."""

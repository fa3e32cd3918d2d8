"""Two-step actions, one module each: the conditions of an action, its ask to rooms, and the effect of the reply."""

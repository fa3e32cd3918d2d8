"""Two-step actions, one page each: what allows an action, what rooms is asked, and what its reply changes."""

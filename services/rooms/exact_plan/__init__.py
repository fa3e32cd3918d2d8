"""The exact solver of the room plan: OR-tools CP-SAT in a short-lived process of its own, and its client."""

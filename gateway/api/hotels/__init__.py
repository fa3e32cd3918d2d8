"""Hotels: the public directory, availability, quotes, and the settings that staff change."""

"""Users and API keys. Knows nothing of regions or institutions."""

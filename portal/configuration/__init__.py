"""Long constant values of the settings, by subject. What the environment decides stands in `settings` alone."""

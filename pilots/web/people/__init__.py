"""Pages of people: the list, one person, and what their offices do."""

"""The small shared kit: requests, refusals, validators."""

"""Pages: visible lookup, form, one operation, redirect."""

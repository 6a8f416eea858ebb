"""Figures: defined once, read everywhere, explained by the records they count."""

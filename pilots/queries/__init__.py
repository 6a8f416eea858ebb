"""Reads: nouns that take a day and answer querysets or frozen dataclasses."""

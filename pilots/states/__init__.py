"""The field's classifications and life cycles; plain data, no database."""

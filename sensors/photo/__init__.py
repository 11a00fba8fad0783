"""Photographs from the field: what they tell of themselves, what is handed out, what changed between two."""

"""Floods: levels to come, inundation, and who is in the water."""

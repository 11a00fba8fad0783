"""Makers of what the field would send: the inverse of the codecs, for demos and tests."""

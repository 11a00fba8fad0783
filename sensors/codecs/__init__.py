"""Bytes from the broker in, readings out: one module per kind of payload."""

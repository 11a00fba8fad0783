"""Instruments: what they send, decoded, checked and understood."""

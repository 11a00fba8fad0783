"""Shelter tablets: who they are, what they send and are sent, and the page they load."""

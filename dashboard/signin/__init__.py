"""Signing in: accounts, passwords, sessions, and who may do what."""

"""Footprints: the ground that a camera's picture shows, found on terrain and never on a flat earth."""

"""The face outward: sign-in, live hub, live map."""

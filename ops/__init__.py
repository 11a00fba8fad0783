"""The roof: one command line that starts, supervises, replays and checks."""

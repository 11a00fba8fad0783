"""Forecasts kept and shown: river levels as they come, simulated floods, and the process that makes them."""

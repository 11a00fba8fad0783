"""How vehicles move: nearness, dead reckoning, states. Pure; metres in a local plane, seconds, aware UTC."""

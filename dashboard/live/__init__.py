"""The live hub: one reader of the change feed, every screen on the same stream."""

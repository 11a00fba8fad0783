"""Recorded storms for replay, each a folder of facts with a manifest (`ops.scenario` reads them)."""

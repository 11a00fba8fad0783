"""Which shelter each group of a district goes to: arrivals over closing roads, choice, reasons to stay."""

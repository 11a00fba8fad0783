"""Which truck takes what from where to which shelter: pure numpy over all depots, lots and needs at once."""

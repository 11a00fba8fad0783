"""Roads as a network: nodes, stretches between them, speeds, and what is closed or under water."""

"""What is decided and told: official warnings, proposals, orders."""

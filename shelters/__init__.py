"""People and supplies: shelters, evacuation sites and what they need."""

"""The ways out of the house: push, e-mail, webhooks, and texts for those who operate the other channels."""

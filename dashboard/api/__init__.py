"""What screens ask for beside the stream: readings, chronology, refuges, rules, ages."""

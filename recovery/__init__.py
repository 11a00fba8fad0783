"""What is reported and certified after the flood."""

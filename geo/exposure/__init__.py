"""What stands in the way of water: files of people, facilities and roads, and their register."""

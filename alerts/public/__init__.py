"""What the public sees: the resident page, its data and the feeds, as bytes that any cache may keep."""

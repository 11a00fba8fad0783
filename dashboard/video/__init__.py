"""Video streams: their playlists and pieces, how they stand, and the thumbnails of the wall."""

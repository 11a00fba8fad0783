"""River cameras: from the bytes of a still picture to a water level, or to an honest no."""

"""Where the sun stands: whether it is dark at a place and time. Pure numpy."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: the sun's upper rim touches the horizon, refraction included [degrees]
HORIZON_DEG: Final = -0.833
_J2000_S: Final = 946_728_000.0


def elevation_deg(at_s: Any, lon: Any, lat: Any) -> Floats:  # noqa: ANN401 - anything like an array of floats
    """Return the height of the sun's centre [degrees] at `at_s` [s since 1970 UTC], `lon`, `lat` [degrees].

    Arguments broadcast. Right within 0.1 degree, half a minute of time, between 1950 and 2050. Source: The
    Astronomical Almanac (low-precision formulas for the Sun).
    """
    days = (np.asarray(at_s, dtype=float) - _J2000_S) / 86400
    anomaly = np.radians(357.528 + 0.9856003 * days)
    longitude = np.radians(280.460 + 0.9856474 * days + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    tilt = np.radians(23.439 - 4e-7 * days)
    ascension = np.arctan2(np.cos(tilt) * np.sin(longitude), np.cos(longitude))
    declination = np.arcsin(np.sin(tilt) * np.sin(longitude))
    sidereal = np.radians(280.46061837 + 360.98564736629 * days)
    hour = sidereal + np.radians(np.asarray(lon, dtype=float)) - ascension
    north = np.radians(np.asarray(lat, dtype=float))
    height = np.sin(north) * np.sin(declination) + np.cos(north) * np.cos(declination) * np.cos(hour)
    return np.asarray(np.degrees(np.arcsin(np.clip(height, -1, 1))))


def is_dark(at_s: Any, lon: Any, lat: Any) -> NDArray[np.bool_]:  # noqa: ANN401 - as above
    """Return whether the sun is down, bool of the broadcast shape."""
    return np.asarray(elevation_deg(at_s, lon, lat) < HORIZON_DEG)

"""The flood plain of the inundation benchmark: 10 km × 10 km of sloping, uneven ground."""

from __future__ import annotations

import numpy as np

SIZE, DX_M, MANNING = 1000, 10.0, 0.035
#: where the levee gives way, and how much comes through [m³/s in all]
BREACH_ROWS, BREACH_COLUMN, BREACH_M3_S = range(490, 510), 100, 500.0


def floodplain(size: int = SIZE, seed: int = 2026) -> np.ndarray:
    """Return ground (size, size) [m]: falls 0.001 along x, 0.0004 to the middle; relief σ 0.6 m and 3 cm."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size] * DX_M
    valley = 100 - 0.001 * x + 0.0004 * np.abs(y - size * DX_M / 2)
    waves = np.fft.rfft2(rng.standard_normal((size, size)))
    reach = np.fft.rfftfreq(size)[np.newaxis] ** 2 + np.fft.fftfreq(size)[:, np.newaxis] ** 2
    relief = np.fft.irfft2(waves * np.exp(-2 * (np.pi * 12) ** 2 * reach), s=(size, size))
    ground: np.ndarray = valley + 0.6 * relief / relief.std() + 0.03 * rng.standard_normal((size, size))
    return ground

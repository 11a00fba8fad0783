"""The inundation solver against solutions known without it, each with its convergence."""

from __future__ import annotations

import numpy as np
import pytest

from geo.flood.flux import GRAVITY_M_S2
from geo.flood.forcing import Inflow, OpenEdge, Place, Stage
from geo.flood.grid import Grid
from geo.flood.hydrograph import Hydrograph, constant
from geo.flood.inundation import Inundation, Settings

DOUBLE = Settings(precision="float64", theta=1.0, sample_s=60.0)


def row(cells: int) -> np.ndarray:
    return np.zeros((1, cells))


# 1. lake at rest


@pytest.mark.parametrize("theta", [1.0, 0.8])
def test_a_lake_with_islands_stays_at_rest(theta: float) -> None:
    rng = np.random.default_rng(1)
    ground = 320.0 + 4.0 * rng.random((60, 90))
    lake = np.maximum(322.0 - ground, 0.0)
    settings = Settings(precision="float64", theta=theta)
    with Inundation(Grid(ground, 10.0, 10.0), depth_m=lake, settings=settings) as run:
        flood, state = run.advance(1800.0), run.state()
    assert (lake == 0).any()
    assert max(np.abs(state.q_x_m2_s).max(), np.abs(state.q_y_m2_s).max()) <= 1e-12
    np.testing.assert_allclose(flood.depth_m, lake, atol=1e-12)


# 3. wave on a horizontal plane (Hunter et al. 2005)


def horizontal_wave(dx_m: float) -> tuple[float, float]:
    """Return the error of the front [cells] and the RMSE of depth [m] after an hour."""
    n, u, end = 0.03, 0.29, 3600.0
    cells = int(2000 / dx_m)
    centre = (np.arange(cells) + 0.5) * dx_m

    def exact(x: np.ndarray | float, t: np.ndarray | float) -> np.ndarray:
        return (7 / 3 * n**2 * u**2 * np.maximum(u * np.asarray(t) - x, 0.0)) ** (3 / 7)

    times = np.linspace(0, end, 721)
    stage = Stage(place=Place([0], [0]), level=Hydrograph(times, exact(float(centre[0]), times)))
    with Inundation(Grid(row(cells), dx_m, dx_m, n), [stage], settings=DOUBLE) as run:
        depth = run.advance(end).depth_m[0]
    front = np.flatnonzero(depth > 0.05)[-1] - np.flatnonzero(exact(centre, end) > 0.05)[-1]
    return float(front), float(np.sqrt(np.mean((depth - exact(centre, end)) ** 2)))


def test_wave_on_a_horizontal_plane() -> None:
    front, rmse = horizontal_wave(50.0)
    _, finer = horizontal_wave(12.5)
    assert abs(front) <= 1
    assert rmse <= 0.02
    assert finer < 0.6 * rmse


# 4. slope: uniform flow, and a wave that settles to it


@pytest.mark.parametrize("theta", [1.0, 0.9])
def test_uniform_flow_reaches_normal_depth(theta: float) -> None:
    slope, n, discharge, dx, cells = 1e-3, 0.03, 1.5, 20.0, 150
    ground = row(cells) + slope * dx * np.arange(cells)[::-1]
    normal = (discharge * n / np.sqrt(slope)) ** 0.6
    forcings = [
        Inflow(place=Place([0], [0]), discharge=constant(discharge * dx)),
        OpenEdge(side="right", slope=slope),
    ]
    settings = Settings(precision="float64", theta=theta)
    with Inundation(Grid(ground, dx, dx, n), forcings, settings=settings) as run:
        flood = run.advance(4 * 3600.0)
    np.testing.assert_allclose(flood.depth_m[0, 10:-10], normal, rtol=0.01)
    np.testing.assert_allclose(flood.velocity_x_m_s[0, 10:-10], discharge / normal, rtol=0.01)


def test_the_front_of_a_wave_on_a_slope_runs_at_the_speed_of_the_flow_behind_it() -> None:
    # a monoclinal wave into a dry channel moves as fast as the uniform flow (kinematic shock: c = q / h)
    slope, n, discharge, dx, cells = 2e-3, 0.035, 2.0, 10.0, 500
    ground = row(cells) + slope * dx * np.arange(cells)[::-1]
    inflow = Inflow(place=Place([0], [0]), discharge=constant(discharge * dx))
    speed = discharge / (discharge * n / np.sqrt(slope)) ** 0.6
    with Inundation(Grid(ground, dx, dx, n), [inflow], settings=DOUBLE) as run:
        fronts = [np.flatnonzero(run.advance(t).depth_m[0] > 0.05)[-1] for t in (1200.0, 2400.0)]
    assert (fronts[1] - fronts[0]) * dx / 1200.0 == pytest.approx(speed, rel=0.03)


# 5. planar surface in a parabolic bowl (Thacker 1981), frictionless


def bowl(cells: int) -> tuple[float, float, float]:
    """Return the relative error of the period, the worst shoreline error [cells], the amplitude kept."""
    # the missing advection makes an error that grows with the square of the swing, whatever the cells
    half, rim, depth0, swing = 2000.0, 1000.0, 1.0, 0.1
    dx = 2 * half / cells
    x = (np.arange(cells) + 0.5) * dx - half
    ground = row(cells) + depth0 * (x / rim) ** 2
    period = 2 * np.pi * rim / np.sqrt(2 * GRAVITY_M_S2 * depth0)

    def level(t: float) -> np.ndarray:
        # a plane that tilts to and fro: η = h0 + (2 h0 / a²) A (x cos ωt − A/2 cos² ωt)
        shift = swing * rim * np.cos(2 * np.pi * t / period)
        return depth0 + 2 * depth0 / rim**2 * shift * (x - shift / 2)

    start = np.maximum(level(0.0) - ground[0], 0.0)[np.newaxis]
    settings = Settings(precision="float64", theta=1.0, alpha=0.4)
    centres, times = [], np.linspace(0, 2 * period, 161)[1:]
    worst = 0.0
    with Inundation(Grid(ground, dx, dx, 0.0), depth_m=start, settings=settings) as run:
        for t in times:
            depth = run.advance(float(t)).depth_m[0]
            centres.append(float((depth * x).sum() / depth.sum()))
            if t <= period:
                wet, due = np.flatnonzero(depth > 0.01), np.flatnonzero(level(t) - ground[0] > 0.01)
                worst = max(worst, abs(wet[0] - due[0]), abs(wet[-1] - due[-1]))
    signal = np.array(centres)
    rising = np.flatnonzero((signal[:-1] < 0) & (signal[1:] >= 0))
    crossings = times[rising] + (times[1] - times[0]) * -signal[rising] / (
        signal[rising + 1] - signal[rising]
    )
    kept = signal[80 - 4 : 80 + 5].max() / (swing * rim)
    return float(abs(crossings[1] - crossings[0]) / period - 1), worst, float(kept)


def test_parabolic_bowl() -> None:
    error, shoreline, kept = bowl(100)
    finer_error, _, finer_kept = bowl(200)
    assert abs(error) <= 0.02
    assert abs(finer_error) <= 0.02
    assert shoreline <= 2
    assert 0.9 < kept < finer_kept < 1.0


# 6. steady flow over a varying bed (MacDonald et al. 1997), subcritical


def steady_over_bumps(cells: int) -> float:
    """Return the relative L1 error of depth; the bed is made from a depth chosen beforehand.

    The equations solved here have no advection, so the bed follows dz/dx = −dh/dx − S_f (the full equations
    have (1 − Fr²) before dh/dx).
    """
    length, n, discharge = 5000.0, 0.03, 2.0
    dx = length / cells

    def chosen(x: np.ndarray) -> np.ndarray:
        return 2.0 + 0.5 * np.sin(2 * np.pi * x / 1250.0)

    fine = np.linspace(0, length, 40 * cells + 1)
    friction = n**2 * discharge**2 / chosen(fine) ** (10 / 3)
    fall = np.concatenate([[0.0], np.cumsum((friction[1:] + friction[:-1]) / 2 * np.diff(fine))])
    x = (np.arange(cells) + 0.5) * dx
    ground = 30.0 - np.interp(x, fine, fall) - chosen(x)
    forcings = [
        Inflow(place=Place([0], [0]), discharge=constant(discharge * dx)),
        Stage(place=Place([0], [cells - 1]), level=constant(float(ground[-1] + chosen(x)[-1]))),
    ]
    with Inundation(
        Grid(ground[np.newaxis], dx, dx, n), forcings, settings=DOUBLE, depth_m=chosen(x)[np.newaxis] * 0.8
    ) as run:
        depth = run.advance(6 * 3600.0).depth_m[0]
    return float(np.abs(depth - chosen(x)).sum() / chosen(x).sum())


def test_steady_flow_over_a_varying_bed() -> None:
    coarse, fine = steady_over_bumps(50), steady_over_bumps(100)
    assert coarse <= 0.02
    assert fine < 0.7 * coarse

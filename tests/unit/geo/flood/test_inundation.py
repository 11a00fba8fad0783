"""What every run of the inundation solver keeps: mass, positivity, symmetry, one answer by every way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.flood import inundation
from geo.flood.flood_state import Flood, State
from geo.flood.forcing import Forcing, Inflow, OpenEdge, Place, Pump, Rain, Stage
from geo.flood.grid import Grid
from geo.flood.hydrograph import Hydrograph, constant
from geo.flood.inundation import Inundation, Progress, Settings
from geo.flood.inundation_errors import ForcingError, GridError, InundationError, StateError
from geo.flood.levee import burn, no_crests
from geo.flood.positivity import mend

TOLERANCE = {"float32": 1e-6, "float64": 1e-12}


def rough_ground(shape: tuple[int, int] = (70, 90), seed: int = 0) -> np.ndarray:
    """Return hilly ground with a block of unknown cells."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: shape[0], : shape[1]]
    ground = 100 + np.sin(x / 9.0) + np.cos(y / 7.0) + 0.2 * rng.random(shape) - 0.02 * x
    ground[10:14, 5:40] = np.nan
    return ground


def breach(discharge: float = 40.0) -> Inflow:
    return Inflow(place=Place([30, 31, 32], [40, 40, 40]), discharge=Hydrograph([0, 600], [0, discharge]))


def run(grid: Grid, forcings: list[Forcing], until_s: float = 1200.0, **options: object) -> Flood:
    with Inundation(grid, forcings, settings=Settings(**options)) as solver:  # type: ignore[arg-type]
        return solver.advance(until_s)


def csi(a: np.ndarray, b: np.ndarray, wet_m: float = 0.05) -> float:
    """Return the critical success index of the flooded areas."""
    return float(((a >= wet_m) & (b >= wet_m)).sum() / ((a >= wet_m) | (b >= wet_m)).sum())


def rms(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.sqrt(np.nanmean((a.astype(float) - b) ** 2)))


# 2. mass and positivity


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("theta", [1.0, 0.9])
def test_mass_is_kept_by_rain_inflow_stage_pump_and_open_edge(precision: str, theta: float) -> None:
    forcings: list[Forcing] = [
        breach(),
        Rain(rate=Hydrograph([0, 300, 900], [0, 3e-5, 0])),
        Stage(place=Place([60], [70]), level=Hydrograph([0, 600, 1200], [98, 100, 97])),
        Pump(place=Place([35, 36], [45, 45]), capacity_m3_s=2.0, stop_depth_m=0.1),
        OpenEdge(side="right", slope=2e-3),
    ]
    flood = run(Grid(rough_ground(), 8.0, 12.0), forcings, precision=precision, theta=theta)
    balance = flood.balance
    assert balance.brought_m3 > 20_000
    assert balance.taken_m3 > 500
    assert abs(balance.error) <= TOLERANCE[precision]
    assert np.nanmin(flood.depth_m) >= 0


def test_what_comes_in_is_the_integral_of_the_hydrograph() -> None:
    flood = run(Grid(rough_ground(), 10.0, 10.0), [breach(40.0)], precision="float64")
    assert flood.balance.brought_m3 == pytest.approx(40.0 * 300 + 40.0 * 600, rel=1e-12)
    assert flood.balance.stored_m3 == pytest.approx(36_000, rel=1e-12)
    assert np.nansum(flood.depth_m) * 100 == pytest.approx(36_000, rel=1e-12)


def test_faint_rain_on_deep_water_is_not_lost_in_float32() -> None:
    ground = np.zeros((20, 20))
    with Inundation(
        Grid(ground, 10.0, 10.0), [Rain(rate=constant(1e-8))], depth_m=np.full((20, 20), 5.0)
    ) as solver:
        balance = solver.advance(3600.0).balance
    assert abs(balance.stored_m3 - balance.start_m3 - balance.brought_m3) <= 1e-3 * balance.brought_m3


def test_overdrawn_cells_on_a_cliff_are_mended_without_losing_mass() -> None:
    ground = np.zeros((40, 40))
    ground[:, :20] = 20.0
    depth = np.zeros((40, 40))
    depth[:, 17:20] = 0.3
    options = Settings(precision="float64", theta=1.0)
    with Inundation(Grid(ground, 1.0, 1.0, 0.0), depth_m=depth, settings=options) as solver:
        for t in range(1, 40):
            flood = solver.advance(t * 0.5)
            assert flood.depth_m.min() >= 0
    assert abs(flood.balance.error) <= 1e-12


def test_float32_keeps_its_mass_where_a_step_overdraws_a_cell() -> None:
    """Found by the property below: a cell drawn down to -0.9 m and mended left 2.1e-6 of the water astray."""
    check_mass_and_positivity(0, 4, 5, 0.015625, 1.0, "float32", 0.015625)


@pytest.mark.parametrize("theta", [0.9, 0.7])
def test_the_weighting_pulls_no_water_out_of_dry_ground(
    theta: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unheld, neighbours' discharge overdrew 260 (theta 0.9) and 1468 (0.7) dry cells beside this flood."""
    cuts = 0

    def count(*arguments: Any) -> int:
        nonlocal cuts
        cut = mend(*arguments)
        cuts += cut
        return cut

    monkeypatch.setattr(inundation, "mend", count)
    flood = run(Grid(rough_ground(), 10.0, 10.0), [breach()], theta=theta)
    assert (flood.depth_m >= 0.05).sum() > 500
    assert cuts < 80


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(1, 40),
    columns=st.integers(1, 40),
    discharge=st.just(0.0) | st.floats(1e-3, 200),
    theta=st.sampled_from([1.0, 0.9, 0.7]),
    precision=st.sampled_from(["float32", "float64"]),
    manning=st.floats(0.01, 0.2),
)
def test_mass_and_positivity_hold_on_any_ground(
    seed: int, rows: int, columns: int, discharge: float, theta: float, precision: str, manning: float
) -> None:
    check_mass_and_positivity(seed, rows, columns, discharge, theta, precision, manning)


def check_mass_and_positivity(
    seed: int, rows: int, columns: int, discharge: float, theta: float, precision: str, manning: float
) -> None:
    rng = np.random.default_rng(seed)
    ground = 10 * rng.random((rows, columns)) ** 3
    ground[rng.random((rows, columns)) < 0.1] = np.nan
    row, column = int(rng.integers(rows)), int(rng.integers(columns))
    ground[row, column] = 1.0
    inflow = Inflow(place=Place([row], [column]), discharge=constant(discharge))
    flood = run(Grid(ground, 5.0, 5.0, manning), [inflow], 60.0, theta=theta, precision=precision)
    assert abs(flood.balance.error) <= TOLERANCE[precision]
    assert np.nanmin(flood.depth_m) >= 0
    assert np.isnan(flood.depth_m).sum() == np.isnan(ground).sum()


@settings(max_examples=8, deadline=None)
@given(low=st.floats(1, 50), more=st.floats(2, 50))
def test_more_water_floods_more(low: float, more: float) -> None:
    grid = Grid(rough_ground(), 10.0, 10.0)
    less_wet, more_wet = run(grid, [breach(low)]), run(grid, [breach(low + more)])
    assert np.nansum(less_wet.depth_m >= 0.05) <= np.nansum(more_wet.depth_m >= 0.05)
    assert np.nansum(less_wet.depth_m) < np.nansum(more_wet.depth_m)
    assert np.nanmax(less_wet.peak_m) <= np.nanmax(more_wet.peak_m) + 1e-3


# 9. symmetry


@pytest.mark.parametrize("theta", [1.0, 0.9])
def test_the_mirrored_and_the_transposed_problem_have_the_mirrored_and_transposed_result(
    theta: float,
) -> None:
    ground = rough_ground((66, 66))
    rows, columns = np.array([30, 31, 32]), np.array([45, 45, 45])

    def flooded(z: np.ndarray, r: np.ndarray, c: np.ndarray) -> np.ndarray:
        inflow = Inflow(place=Place(r, c), discharge=constant(40.0))
        return run(Grid(z.copy(), 10.0, 10.0), [inflow], theta=theta, precision="float64").depth_m

    plain = flooded(ground, rows, columns)
    for other in (
        flooded(ground[:, ::-1], rows, 65 - columns)[:, ::-1],
        flooded(ground[::-1], 65 - rows, columns)[::-1],
        flooded(ground.T, columns, rows).T,
    ):
        np.testing.assert_allclose(other, plain, atol=1e-6)


# 10. one answer however it is worked out


def test_float32_agrees_with_float64() -> None:
    grid = Grid(rough_ground(), 10.0, 10.0)
    single, double = (run(grid, [breach()], precision=kind).depth_m for kind in ("float32", "float64"))
    assert single.dtype == np.float32
    assert csi(single, double) >= 0.99
    assert rms(single, double) <= 0.01


def test_the_window_changes_nothing() -> None:
    grid = Grid(rough_ground((150, 260)), 10.0, 10.0)
    windowed, full = (run(grid, [breach()], windowed=kind) for kind in (True, False))
    np.testing.assert_array_equal(windowed.depth_m, full.depth_m)
    np.testing.assert_array_equal(windowed.arrival_s, full.arrival_s)


@pytest.mark.parametrize("start_method", ["spawn", "fork"])
def test_several_processes_give_the_same_to_the_last_bit(start_method: str) -> None:
    rng = np.random.default_rng(3)
    ground = rough_ground((200, 180))
    grid = Grid(ground, 10.0, 11.0, 0.02 + 0.05 * rng.random(ground.shape))
    forcings: list[Forcing] = [breach(), Rain(rate=constant(1e-5)), OpenEdge(side="left")]
    one = run(grid, forcings, 600.0)
    two = run(grid, forcings, 600.0, processes=2, start_method=start_method)
    for name in ("depth_m", "velocity_x_m_s", "peak_m", "arrival_s", "duration_s"):
        np.testing.assert_array_equal(getattr(two, name), getattr(one, name))


def test_a_resumed_run_goes_on_as_if_it_had_not_stopped() -> None:
    grid = Grid(rough_ground(), 10.0, 10.0)
    forcings: list[Forcing] = [breach(), Rain(rate=constant(1e-6)), OpenEdge(side="left")]
    with Inundation(grid, forcings) as solver:
        solver.advance(500.0)
        kept = State.from_arrays({name: value.copy() for name, value in solver.state().arrays().items()})
        through = solver.advance(900.0)
    with Inundation(grid, forcings, resume=kept) as solver:
        resumed = solver.advance(900.0)
    for name in ("depth_m", "peak_m", "arrival_s", "duration_s", "velocity_y_m_s"):
        np.testing.assert_array_equal(getattr(resumed, name), getattr(through, name))
    assert resumed.balance == through.balance
    assert resumed.steps == through.steps


# what a run shows


def test_progress_comes_in_and_a_cancelled_run_stops_where_it_is() -> None:
    seen: list[Progress] = []
    with Inundation(Grid(rough_ground(), 10.0, 10.0), [breach()]) as solver:
        flood = solver.advance(3600.0, progress=seen.append, cancel=lambda: len(seen) > 3)
    assert [progress.t_s for progress in seen] == sorted(progress.t_s for progress in seen)
    assert flood.t_s == seen[-1].t_s < 3600.0
    assert seen[-1].until_s == 3600.0
    assert abs(flood.balance.error) <= 1e-6


def test_arrival_duration_and_peak_tell_the_story() -> None:
    ground = np.zeros((1, 100))
    inflow = Inflow(place=Place([0], [0]), discharge=Hydrograph([0, 900, 901], [20, 20, 0]))
    flood = run(Grid(ground, 10.0, 10.0), [inflow, OpenEdge(side="right", slope=0.01)], 2400.0, sample_s=1.0)
    arrived = flood.arrival_s[0]
    assert (np.diff(arrived[np.isfinite(arrived)]) >= 0).all()
    assert (flood.peak_m >= flood.depth_m).all()
    wet_since = 2400.0 - arrived
    assert (flood.duration_s[0][np.isfinite(arrived)] <= wet_since[np.isfinite(arrived)] + 30.0).all()
    assert np.nanmax(flood.peak_speed_m_s) > 0.3


def test_unknown_ground_is_shown_as_unknown_and_keeps_water_out() -> None:
    ground = np.zeros((20, 41))
    ground[:, 20] = np.nan
    inflow = Inflow(place=Place([10], [5]), discharge=constant(30.0))
    flood = run(Grid(ground, 10.0, 10.0), [inflow])
    assert np.isnan(flood.depth_m[:, 20]).all()
    assert (flood.depth_m[:, 21:] == 0).all()
    assert (flood.depth_m[:, :20] > 0.05).all()


def test_a_levee_holds_to_its_crest_and_no_further() -> None:
    ground = np.zeros((30, 40))
    crests = no_crests(ground.shape)
    burn(crests, [(-1, 3.2), (18.3, 11.7), (22.6, 30.4)], 1.0)
    grid = Grid(ground, 10.0, 10.0, crest_x_m=crests[0], crest_y_m=crests[1])
    inflow = Inflow(place=Place([20], [5]), discharge=constant(20.0))
    held = run(grid, [inflow], 600.0)
    assert held.depth_m[0, 39] == 0
    assert (held.depth_m >= 0.05).sum() > 50
    over = run(grid, [inflow], 4 * 3600.0)
    assert over.depth_m[0, 39] > 0.05


def test_a_river_stage_fills_a_polder_to_its_level() -> None:
    ground = np.full((10, 30), 2.0)
    stage = Stage(place=Place([5], [0]), level=constant(2.8))
    flood = run(Grid(ground, 10.0, 10.0), [stage], 12 * 3600.0)
    np.testing.assert_allclose(flood.depth_m, 0.8, atol=0.01)


def test_a_pump_takes_its_capacity_and_stops_at_its_depth() -> None:
    with Inundation(
        Grid(np.zeros((10, 10)), 10.0, 10.0),
        [Pump(place=Place([5], [5]), capacity_m3_s=1.0, stop_depth_m=0.2)],
        depth_m=np.full((10, 10), 0.5),
    ) as solver:
        assert solver.advance(600.0).balance.taken_m3 == pytest.approx(600.0, rel=1e-4)
        assert solver.advance(24 * 3600.0).balance.taken_m3 == pytest.approx(3000.0, rel=0.02)


@pytest.mark.parametrize("theta", [0.9, 0.8, 0.7])
def test_water_comes_to_rest_in_a_basin(theta: float) -> None:
    # with the step of theta = 1 the sloshing grows for ever: the weighting narrows the stable step
    ground = np.full((10, 30), 2.0)
    stage = Stage(place=Place([5], [0]), level=constant(2.8))
    with Inundation(Grid(ground, 10.0, 10.0), [stage], settings=Settings(theta=theta)) as solver:
        spread = [float(np.ptp(solver.advance(hours * 3600.0).depth_m)) for hours in (1, 6)]
    assert spread[0] <= 1e-3
    assert spread[1] <= spread[0]


def test_one_cell_is_a_bucket() -> None:
    inflow = Inflow(place=Place([0], [0]), discharge=constant(1.0))
    flood = run(Grid(np.array([[7.0]]), 10.0, 10.0), [inflow], 100.0)
    assert flood.depth_m[0, 0] == pytest.approx(1.0, rel=1e-6)
    assert flood.velocity_x_m_s[0, 0] == 0


def test_nothing_happens_without_water() -> None:
    flood = run(Grid(rough_ground(), 10.0, 10.0), [])
    assert np.nansum(flood.depth_m) == 0
    assert np.isnan(flood.arrival_s).all()
    assert flood.balance.error == 0


# refusals


GROUND = np.zeros((4, 5))


@pytest.mark.parametrize(
    ("arguments", "culprit"),
    [
        ({"ground_m": np.zeros((0, 5))}, "at least one cell"),
        ({"ground_m": np.zeros(5)}, "raster"),
        ({"ground_m": np.full((2, 2), np.nan)}, "known elevation"),
        ({"ground_m": np.array([[np.inf]])}, "infinite"),
        ({"dx_m": 0.0}, "dx"),
        ({"dy_m": float("nan")}, "dy"),
        ({"manning": -0.1}, "Manning"),
        ({"manning": np.full((2, 2), 0.03)}, r"roughness map has shape \(2, 2\)"),
        ({"manning": np.full((4, 5), np.nan)}, "Manning"),
        ({"crest_x_m": np.zeros((1, 1))}, "crest_x_m"),
    ],
)
def test_impossible_ground_is_refused(arguments: dict[str, object], culprit: str) -> None:
    with pytest.raises(GridError, match=culprit):
        Grid(**({"ground_m": GROUND, "dx_m": 10.0, "dy_m": 10.0} | arguments))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "culprit"),
    [
        (lambda: Hydrograph([0, 1], [1, np.nan]), "not a finite number"),
        (lambda: Hydrograph([0, 0], [1, 1]), "do not increase"),
        (lambda: Hydrograph([0, 1], [1]), "2"),
        (lambda: Inflow(place=Place([0], [0]), discharge=Hydrograph([0, 9], [1, -1])), "negative: -1 at 9 s"),
        (lambda: Inflow(place=Place([4], [0]), discharge=constant(1.0)), "row 4, column 0 lies outside"),
        (lambda: Inflow(place=Place([1], [1]), discharge=constant(1.0)), "no known ground"),
        (lambda: Inflow(place=Place([0, 0], [0, 0]), discharge=constant(1.0)), "twice"),
        (lambda: Inflow(place=Place([], []), discharge=constant(1.0)), "no cells"),
        (lambda: Inflow(place=Place([0.5], [0]), discharge=constant(1.0)), "whole numbers"),
        (lambda: Place([0, 1], [0]), "2 rows but 1 columns"),
        (lambda: Rain(rate=constant(-1e-6)), "negative"),
        (lambda: Rain(rate=constant(1e-6), share=np.zeros((1, 1))), "share has shape"),
        (lambda: Pump(place=Place([0], [0]), capacity_m3_s=-1.0), "capacity is -1.0"),
        (lambda: OpenEdge(side="north"), "edge is one of"),  # type: ignore[arg-type]
        (lambda: OpenEdge(side="top", slope=0.0), "slope is 0.0"),
    ],
)
def test_an_impossible_forcing_is_refused(make: object, culprit: str) -> None:
    ground = GROUND.copy()
    ground[1, 1] = np.nan
    with pytest.raises(ForcingError, match=culprit):
        Inundation(Grid(ground, 10.0, 10.0), [make()])  # type: ignore[operator]


def test_two_rains_and_impossible_settings_are_refused() -> None:
    with pytest.raises(ForcingError, match="only one rain"):
        Inundation(Grid(GROUND, 10.0, 10.0), [Rain(rate=constant(1e-6))] * 2)
    for options in ({"theta": 0.0}, {"alpha": 1.5}, {"sample_s": float("nan")}, {"processes": 0}):
        with pytest.raises(InundationError, match=next(iter(options))):
            Settings(**options)  # type: ignore[arg-type]
    with pytest.raises(InundationError, match="precision"):
        Settings(precision="float16")  # type: ignore[arg-type]


def test_a_checkpoint_of_another_run_is_refused() -> None:
    grid = Grid(GROUND, 10.0, 10.0)
    with Inundation(grid) as solver:
        state = solver.state()
        with pytest.raises(InundationError, match="cannot run to -1"):
            solver.advance(-1.0)
    with pytest.raises(StateError, match="float32"):
        Inundation(grid, resume=state, settings=Settings(precision="float64"))
    with pytest.raises(StateError, match="shape"):
        Inundation(Grid(np.zeros((5, 5)), 10.0, 10.0), resume=state)
    with pytest.raises(StateError, match="other sources"):
        Inundation(
            grid, [Rain(rate=constant(0.0)), Pump(place=Place([0], [0]), capacity_m3_s=1.0)], resume=state
        )
    with pytest.raises(StateError, match="negative"):
        Inundation(grid, resume=replace(state, depth_m=state.depth_m - 1))
    with pytest.raises(StateError, match="lacks depth_m"):
        State.from_arrays({name: value for name, value in state.arrays().items() if name != "depth_m"})

"""The network's mathematics, the fit, calibration, scores and baselines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geo.flood.levels import parameters as kept
from geo.flood.levels.baseline import fit_baseline, state_class
from geo.flood.levels.calibration import limb, widen, widening
from geo.flood.levels.features import state
from geo.flood.levels.fit import Recipe, fit
from geo.flood.levels.gauges import Gauges
from geo.flood.levels.network import LEVELS, Weights, forward, gradient, initial_weights, quantiles
from geo.flood.levels.pairs import at_hour, following
from geo.flood.levels.readings import Readings
from geo.flood.levels.score import brier, contingency, covered, crps_m, reliability

QUICK = Recipe(hidden=8, steps=60, batch=256, networks=1)


def record(gauges: int = 20, days: int = 40) -> tuple[Readings, Gauges]:
    random = np.random.default_rng(3)
    hours = np.arange(days * 24) * 3600.0 + 1.76e9
    level_m = np.cumsum(random.normal(0, 0.05, (gauges, len(hours))), axis=1)
    gauge = np.repeat(np.arange(gauges), len(hours))
    return Readings(gauge, np.tile(hours, gauges), level_m.ravel()), Gauges(
        np.full(gauges, -2.0), np.full(gauges, 2.0)
    )


def pinball(inputs: np.ndarray, targets: np.ndarray, weights: Weights) -> float:
    fan = quantiles(forward(inputs, weights).out).astype(float)
    error = targets[..., None] - fan
    level = np.array(LEVELS)
    # the loss whose slope is rounded off within 0.02
    size = np.where(np.abs(error) < 0.02, error**2 / 0.04, np.abs(error) - 0.01)
    return float((np.where(error > 0, level, 1 - level) * size).sum() / len(inputs))


def test_the_gradient_is_that_of_the_loss() -> None:
    random = np.random.default_rng(1)
    weights = initial_weights(5, 7, random)
    inputs = random.standard_normal((64, 5)).astype(np.float32)
    targets = random.standard_normal((64, 2)).astype(np.float32)
    slope = gradient(inputs, targets, forward(inputs, weights), weights)
    exact = Weights(*(weight.astype(float) for weight in weights))
    step = 1e-6
    for number, by in enumerate(slope):
        direction = random.standard_normal(by.shape)
        around = []
        for sign in (1, -1):
            moved = [w + sign * step * direction if at == number else w for at, w in enumerate(exact)]
            around.append(pinball(inputs.astype(float), targets.astype(float), Weights(*moved)))
        assert (around[0] - around[1]) / (2 * step) == pytest.approx(
            (by * direction).sum(), rel=1e-3, abs=1e-5
        )


def test_quantiles_never_cross() -> None:
    out = np.random.default_rng(2).normal(0, 20, (100, 2, len(LEVELS))).astype(np.float32)
    assert (np.diff(quantiles(out), axis=-1) >= 0).all()


def test_a_fit_repeats_itself_and_survives_its_file(tmp_path: Path) -> None:
    readings, gauges = record()
    learned = np.ones(len(readings), dtype=bool)
    fits = [fit(readings, gauges, learned, {"record": "made"}, QUICK, lambda _: None) for _ in range(2)]
    files = [tmp_path / "one.npz", tmp_path / "two.npz"]
    for parameters, path in zip(fits, files, strict=True):
        kept.save(parameters, path)
    assert files[0].read_bytes() == files[1].read_bytes()
    back = kept.load(files[0])
    np.testing.assert_array_equal(back.networks[3].enter, fits[0].networks[3].enter)
    assert back.origin["pairs"] == fits[0].origin["pairs"]


def test_what_is_not_to_be_learned_is_not_learned() -> None:
    readings, gauges = record()
    learned = readings.observed_s < readings.observed_s.min() + 20 * 86400
    other = Readings(readings.gauge, readings.observed_s, readings.level_m + 9.0 * ~learned)
    one, two = (fit(table, gauges, learned, {}, QUICK, lambda _: None) for table in (readings, other))
    np.testing.assert_array_equal(one.networks[0].leave, two.networks[0].leave)
    np.testing.assert_array_equal(one.widening, two.widening)


def test_too_little_is_no_fit() -> None:
    readings, gauges = record(1, 1)
    with pytest.raises(ValueError, match="too few"):
        fit(readings, gauges, np.ones(len(readings), dtype=bool), {}, QUICK, lambda _: None)


def test_a_file_that_is_no_parameters_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.npz"
    path.write_bytes(b"PK nothing")
    with pytest.raises(kept.ParametersError, match=r"broken\.npz"):
        kept.load(path)
    with pytest.raises(kept.ParametersError, match="missing"):
        kept.load(tmp_path / "missing.npz")


def test_widening_brings_a_narrow_fan_to_its_coverage() -> None:
    random = np.random.default_rng(4)
    truth = random.normal(0, 1, 20_000)
    narrow = np.tile(np.array([-2.33, -1.64, -1.28, -0.67, 0, 0.67, 1.28, 1.64, 2.33]) / 1.7, (20_000, 1))
    factor = widening(narrow, truth)
    np.testing.assert_allclose(np.delete(factor, 4), 1.7, rtol=0.08)
    table = np.tile(factor, (4, 2, 1))
    wide = widen(narrow, np.zeros(20_000, dtype=int), np.full(20_000, 3.0), table, np.array([1.0, 6.0]))
    assert covered(wide, truth).mean() == pytest.approx(0.8, abs=0.01)


def test_limbs() -> None:
    assert limb(np.array([np.nan, -0.2, 0.0, 0.1, 0.2])).tolist() == [0, 1, 2, 2, 3]


def test_pairs_are_of_one_gauge_and_tell_the_highest_between() -> None:
    hours = np.array([0.0, 1, 2, 3, 0, 2.4]) * 3600
    readings = Readings(np.array([0, 0, 0, 0, 1, 1]), hours, np.array([1.0, 5, 2, 3, 7, 8]))
    pairs = following(readings)
    assert (readings.gauge[pairs.origin] == readings.gauge[pairs.later]).all()
    at = at_hour(pairs, 2)
    assert pairs.origin[at].tolist() == [0, 1, 4]
    assert pairs.highest_m[at].tolist() == [5.0, 5.0, 8.0]


def test_pairs_of_nothing() -> None:
    pairs = following(Readings(np.empty(0, dtype=int), np.empty(0), np.empty(0)))
    assert len(at_hour(pairs, 1)) == 0


def test_crps_of_a_value_is_its_error_and_of_a_normal_fan_its_formula() -> None:
    truth = np.array([0.0, 1.0, -2.0])
    np.testing.assert_allclose(crps_m(np.zeros((3, 9)), truth), np.abs(truth), atol=1e-12)
    fan = np.array([[-2.3263, -1.6449, -1.2816, -0.6745, 0, 0.6745, 1.2816, 1.6449, 2.3263]])
    # Gneiting et al. 2005: CRPS(N(0,1), 0) = (√2 − 1)/√π
    assert crps_m(fan, np.zeros(1))[0] == pytest.approx((np.sqrt(2) - 1) / np.sqrt(np.pi), rel=0.05)


def test_event_scores() -> None:
    probability, came = np.array([0.9, 0.6, 0.2, 0.1]), np.array([True, False, True, False])
    told = contingency(probability, came, 0.5)
    assert (told.pod, told.far, told.csi) == (0.5, 0.5, pytest.approx(1 / 3))
    assert np.isnan(contingency(np.zeros(2), np.zeros(2, dtype=bool), 0.5).pod)
    assert brier(probability, came) == pytest.approx((0.01 + 0.36 + 0.64 + 0.01) / 4)
    assert reliability(probability, came, np.array([0.0, 0.5, 1.0])) == [
        (pytest.approx(0.15), 0.5, 2),
        (0.75, 0.5, 2),
    ]


def test_the_baseline_is_the_distribution_of_errors_of_its_state() -> None:
    readings, gauges = record()
    now = state(readings, gauges, readings.gauge, readings.observed_s)
    pairs = following(readings)
    table = fit_baseline(readings, gauges, now, pairs)
    at = at_hour(pairs, 3)
    of = state_class(now, gauges, readings.gauge)[pairs.origin[at]]
    moved = readings.level_m[pairs.later[at]] - readings.level_m[pairs.origin[at]]
    number = np.bincount(of[of >= 0]).argmax()
    np.testing.assert_allclose(table.change_m[2, number], np.quantile(moved[of == number], LEVELS))
    assert ((table.reached >= 0) & (table.reached < 1)).all()

"""From river levels to the discharge of a breach."""

from __future__ import annotations

import numpy as np
import pytest

from geo.flood.hydrograph import Hydrograph
from geo.flood.inundation_errors import ForcingError
from geo.flood.weir import breach_hydrograph, side_factor, weir_discharge


def test_free_and_submerged_flow_meet_where_the_weir_drowns() -> None:
    behind = 10 + np.array([2 / 3 - 1e-9, 2 / 3])
    free, drowned = weir_discharge(11.0, crest_m=10.0, behind_m=behind, width_m=1.0)
    assert free == pytest.approx(0.35 * np.sqrt(2 * 9.80665))
    assert drowned == pytest.approx(free, rel=2e-3)


def test_nothing_flows_below_the_crest_nor_between_equal_levels() -> None:
    levels = np.array([9.0, 10.0, 11.0, np.nan])
    np.testing.assert_array_equal(
        weir_discharge(levels, crest_m=10.0, behind_m=11.0, width_m=5.0), [0.0, 0.0, 0.0, np.nan]
    )


@pytest.mark.parametrize(
    ("kind", "edges"), [("breach", (1 / 1580, 1 / 33600)), ("overtopping", (1 / 12000,))]
)
def test_the_side_factor_has_no_steps(kind: str, edges: tuple[float, ...]) -> None:
    for edge in edges:
        below, above = (side_factor(edge * part, kind) for part in (0.9999, 1.0001))  # type: ignore[arg-type]
        assert below == pytest.approx(above, abs=2e-3)
    assert side_factor(1e-6, kind) == 1.0  # type: ignore[arg-type]
    assert 0 < side_factor(1 / 500, kind) < 1  # type: ignore[arg-type]


def test_a_breach_follows_the_river() -> None:
    river = Hydrograph([0, 3600, 7200], [9.0, 12.0, 9.0])
    flow = breach_hydrograph(river, sill_m=10.0, width_m=70.0, behind_m=8.0, factor=0.7)
    assert flow.value.min() == 0
    assert flow.at(3600.0) == pytest.approx(0.7 * 0.35 * 2 * np.sqrt(4 * 9.80665) * 70)
    assert int(flow.value.argmax()) == int(np.flatnonzero(flow.time_s == 3600)[0])


def test_an_impossible_breach_is_refused() -> None:
    river = Hydrograph([0], [9.0])
    with pytest.raises(ForcingError, match="width -1"):
        breach_hydrograph(river, sill_m=10.0, width_m=-1, behind_m=8.0)
    with pytest.raises(ForcingError, match="bed slope is 0"):
        side_factor(0.0, "breach")

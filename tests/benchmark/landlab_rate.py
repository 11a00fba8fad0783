"""landlab's cell rate on the wet flood plain; run by `inundation_bench.py` with a Python that has landlab.

    python landlab_rate.py STEPS

Prints JSON: cells per second of `OverlandFlow` (theta 1, steep slopes off), and landlab's version.
"""

from __future__ import annotations

import json
import sys
import time
import warnings

import landlab
import numpy as np
from floodplain import DX_M, MANNING, SIZE, floodplain
from landlab import RasterModelGrid
from landlab.components import OverlandFlow


def main(steps: int) -> None:
    """Measure the rate over `steps` steps, after two that warm up."""
    warnings.simplefilter("ignore")
    grid = RasterModelGrid((SIZE, SIZE), xy_spacing=DX_M)
    grid.add_field("topographic__elevation", floodplain()[::-1].ravel().copy(), at="node")
    grid.add_field("surface_water__depth", np.full(SIZE * SIZE, 2.0), at="node")
    grid.set_closed_boundaries_at_grid_edges(True, True, True, True)
    flow = OverlandFlow(grid, mannings_n=MANNING, theta=1.0, alpha=0.7, steep_slopes=False)
    for _ in range(2):
        flow.run_one_step()
    start = time.perf_counter()
    for _ in range(steps):
        flow.run_one_step()
    rate = SIZE * SIZE * steps / (time.perf_counter() - start)
    print(json.dumps({"cells_per_s": rate, "version": landlab.__version__}))


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""The plan by HiGHS as an allocation: what is asked when the own solver's gap is too large."""

from __future__ import annotations

import numpy as np

from shelters.matching.allocation import Allocation
from shelters.matching.instance import Instance
from shelters.matching.oracle import all_arcs, solve_exact


def exact_allocation(
    instance: Instance, *, time_limit_s: float, most_arcs: int
) -> tuple[Allocation, float] | None:
    """Return the plan in whole cases that HiGHS finds, and its bound; None: too large a problem.

    Raises `OracleError` when it finds none within `time_limit_s`.
    """
    arcs = all_arcs(instance)
    if not 0 < len(arcs.row) <= most_arcs:
        return None
    exact = solve_exact(instance, whole_cases=True, time_limit_s=time_limit_s)
    allocation = Allocation(instance)
    row, lot, truck, cases = exact.cases
    column = (instance.lot[row] == lot[:, None]).argmax(axis=1)
    whole = np.round(cases).astype(np.int64)
    # Rounding inside the solver's tolerance must not exceed a limit.
    allocation.take(row, column, truck, allocation.fitting(row, column, truck, whole))
    return allocation, exact.bound

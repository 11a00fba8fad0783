from __future__ import annotations

import pytest

from sensors.camera.limits import camera_limits
from sensors.camera.reading import Reader
from sensors.simulate.camera import sample_calibration


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(sample_calibration(), camera_limits())

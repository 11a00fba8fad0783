from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.mesh import MeshError, mesh_box, mesh_code


@pytest.mark.parametrize("digits", [4, 6, 8, 9, 10, 11])
def test_tokyo_station(digits: int) -> None:
    assert mesh_code(139.767125, 35.681236, digits) == "53394611323"[:digits]


def test_the_box_of_a_half_mesh() -> None:
    west, south, east, north = mesh_box("533946113")
    assert (east - west) * 3600 == pytest.approx(22.5)
    assert (north - south) * 3600 == pytest.approx(15.0)
    assert west < 139.767125 < east
    assert south < 35.681236 < north


@given(st.floats(122.5, 154.5), st.floats(20.0, 46.0), st.sampled_from([4, 6, 8, 9, 10, 11]))
def test_a_place_lies_in_the_box_of_its_code(lon: float, lat: float, digits: int) -> None:
    west, south, east, north = mesh_box(mesh_code(lon, lat, digits))
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9


@given(st.floats(122.5, 154.5), st.floats(20.0, 46.0))
def test_the_middle_of_a_box_has_its_code(lon: float, lat: float) -> None:
    code = mesh_code(lon, lat, 10)
    west, south, east, north = mesh_box(code)
    assert mesh_code((west + east) / 2, (south + north) / 2, 10) == code


@pytest.mark.parametrize("code", ["", "53394", "533988", "533946115", "533946110", "abcd"])
def test_what_is_no_code_is_named(code: str) -> None:
    with pytest.raises(MeshError, match="no mesh code"):
        mesh_box(code)


def test_places_outside_are_refused() -> None:
    with pytest.raises(MeshError, match="outside the mesh"):
        mesh_code(9.0, 48.0)
    with pytest.raises(MeshError, match="digits, not 7"):
        mesh_code(139.0, 35.0, 7)

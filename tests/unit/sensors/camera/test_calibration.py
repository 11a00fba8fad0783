from __future__ import annotations

import msgspec
import numpy as np
import pytest

from sensors.camera.calibration import CalibrationError, Mark, read_calibration
from sensors.camera.geometry import fit
from sensors.camera.limits import camera_limits
from sensors.camera.reading import Reader
from sensors.simulate.camera import sample_calibration

STAFF = {
    "width_px": 640,
    "height_px": 480,
    "lowest_m": 0.0,
    "highest_m": 2.0,
    "from_across": -10,
    "to_across": 10,
    "marks": [
        # level = (2 - 0.004 s) / (1 + 0.0005 s), s = y - 40
        {"x_px": 300, "y_px": 40 + s, "level_m": (2 - 0.004 * s) / (1 + 0.0005 * s)}
        for s in (0, 150, 300, 400)
    ],
}


def staff(**changes: object) -> bytes:
    return msgspec.json.encode({**STAFF, **changes})


def test_a_staff_in_perspective_is_read_between_its_marks() -> None:
    geometry = fit(read_calibration(staff()))
    assert geometry.residual_m < 1e-6
    assert geometry.spare == 1
    levels_m = np.linspace(0.1, 1.9, 19)
    pixels = geometry.mapping.pixels(np.zeros(19), levels_m)
    np.testing.assert_allclose(geometry.mapping.levels(pixels), levels_m, atol=1e-9)
    s = pixels[:, 1] - 40
    np.testing.assert_allclose((2 - 0.004 * s) / (1 + 0.0005 * s), levels_m, atol=1e-6)


def test_the_board_fits_within_a_millimetre() -> None:
    geometry = fit(sample_calibration())
    assert geometry.residual_m < 0.001
    assert geometry.spare == 4


def test_three_marks_leave_nothing_to_check_by() -> None:
    assert fit(read_calibration(staff(marks=STAFF["marks"][:3], lowest_m=0.7))).spare == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"marks": STAFF["marks"][:2]}, "length >= 3"),
        ({"marks": STAFF["marks"][:3]}, "span 6"),
        ({"lowest_m": 3.0}, "highest_m must be above"),
        ({"top_m": 1.0}, "top_m"),
        ({"from_across": 20}, "to_across"),
        ({"surprise": 1}, "surprise"),
        ({"zone": "Asia/Nowhere"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        (
            {"marks": [{**STAFF["marks"][0], "across_m": 0.0}, *STAFF["marks"][1:]]},
            "for all marks or for none",
        ),
        (
            {"marks": [{**mark, "across_m": 0.1 * n} for n, mark in enumerate(STAFF["marks"][:3])]},
            "at least 4",
        ),
    ],
)
def test_a_calibration_that_cannot_be_used_names_the_field(changes: dict[str, object], words: str) -> None:
    with pytest.raises(CalibrationError, match=words):
        read_calibration(staff(**changes))


def test_marks_that_do_not_fit_are_refused_with_the_worst() -> None:
    marks = [dict(mark) for mark in STAFF["marks"]]
    marks[2]["level_m"] += 0.15
    with pytest.raises(CalibrationError, match="residual"):
        fit(read_calibration(staff(marks=marks)))


def test_exchanged_marks_are_refused() -> None:
    marks = [dict(mark) for mark in STAFF["marks"]]
    marks[1]["level_m"], marks[2]["level_m"] = marks[2]["level_m"], marks[1]["level_m"]
    with pytest.raises(CalibrationError, match="exchanged"):
        fit(read_calibration(staff(marks=marks)))


def test_a_mark_off_the_staff_is_named() -> None:
    marks = [dict(mark) for mark in STAFF["marks"]]
    marks[1]["x_px"] = 420
    with pytest.raises(CalibrationError, match="off the line"):
        fit(read_calibration(staff(marks=marks)))


def test_one_point_given_twice_is_no_plane() -> None:
    same = [Mark(10, 10, level, across) for level, across in ((0.3, 0), (1.2, 0), (0.3, 1), (1.2, 1))]
    with pytest.raises(CalibrationError, match="one line"):
        fit(msgspec.structs.replace(sample_calibration(), marks=same))


def test_a_fiducial_must_be_a_picture_that_can_be_found_again() -> None:
    good = sample_calibration().fiducials[0]
    for picture, words in (("***", "base64"), ("AAAA", "neither JPEG nor PNG")):
        bad = msgspec.structs.replace(good, picture=picture)
        with pytest.raises(CalibrationError, match=words):
            Reader(msgspec.structs.replace(sample_calibration(), fiducials=[bad]), camera_limits())
    outside = msgspec.structs.replace(good, x_px=790)
    with pytest.raises(CalibrationError, match="outside"):
        Reader(msgspec.structs.replace(sample_calibration(), fiducials=[outside]), camera_limits())

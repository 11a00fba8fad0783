"""Before and after: what did not change is not shown, what did is, what cannot be compared says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import cv2
import numpy as np
import pytest
from shapely.geometry import box

from sensors.photo.comparison import compare_photos
from sensors.photo.limits import photo_limits
from sensors.photo.pairing import Shot, partners
from sensors.photo.registration import REASONS, laid_on, register
from sensors.rulebook import RulesError, read_rules
from sensors.simulate.camera import sample_frames
from tests.unit.sensors.photo.scene import SPOILS, Colour, changed, seen_from_aside

LIMITS = photo_limits()
START = datetime(2026, 6, 2, 12, tzinfo=UTC)


@cache
def picture() -> Colour:
    found = cv2.imdecode(np.frombuffer(sample_frames()[8].data, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(found, dtype=np.uint8)


def jpeg(colour: Colour) -> tuple[bytes, int]:
    return cv2.imencode(".jpg", colour, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes(), 1


@pytest.mark.parametrize("spoil", ["moved only", "darkened to 35 %", "blurred 2.5 px"])
def test_light_and_sharpness_are_no_change(spoil: str) -> None:
    chance = np.random.default_rng(11)
    after = SPOILS[spoil](seen_from_aside(picture(), chance), chance)
    told = compare_photos(jpeg(picture()), jpeg(after), LIMITS)
    assert (told["reason"], told["differing"], told["tiles"]) == (None, 0, [])
    assert told["inliers"] >= LIMITS.registration.inliers_least
    assert told["compared"] > 60


def test_the_fit_is_where_the_camera_really_moved() -> None:
    matrix = np.array([[1.02, 0.03, 14.0], [-0.02, 0.99, -9.0], [0.00003, 0.0, 1.0]])
    after = np.asarray(cv2.warpPerspective(picture(), matrix, (800, 600)), dtype=np.uint8)
    found = register(picture(), after, LIMITS.registration)
    assert found.matrix is not None
    corners = np.array([[200, 100, 1], [600, 100, 1], [600, 500, 1], [200, 500, 1]], dtype=float)
    true, fitted = ((corners @ one.T) for one in (matrix, found.matrix))
    assert np.abs(true[:, :2] / true[:, 2:] - fitted[:, :2] / fitted[:, 2:]).max() < 2.0
    _, covered = laid_on(picture(), found.matrix, after)
    assert covered.mean() == pytest.approx(found.overlap)


def test_what_changed_stands_first_and_is_not_named() -> None:
    chance = np.random.default_rng(4)
    after, (x, y) = changed(picture(), chance, 140)
    told = compare_photos(jpeg(seen_from_aside(picture(), chance)), jpeg(after), LIMITS)
    best = told["tiles"][0]
    assert abs((best["x"] + best["width"] / 2) * 800 - x) < 110
    assert abs((best["y"] + best["height"] / 2) * 600 - y) < 110
    assert {tile["by"] for tile in told["tiles"]} <= {"texture", "colour"}
    scores = [tile["score"] for tile in told["tiles"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) <= LIMITS.change.most


def test_a_flat_place_that_changes_its_colour_is_seen() -> None:
    sheet = picture().copy()
    sheet[380:560, 40:240] = (90, 90, 90)
    muddy = sheet.copy()
    muddy[380:560, 40:240] = (40, 80, 130)
    told = compare_photos(jpeg(sheet), jpeg(muddy), LIMITS)
    assert any(tile["by"] == "colour" for tile in told["tiles"])


def test_what_cannot_be_compared_says_why() -> None:
    plain = np.full((300, 400, 3), 120, np.uint8)
    noise = np.random.default_rng(1).integers(0, 255, (600, 800, 3), np.uint8)
    part = np.ascontiguousarray(picture()[250:600, 500:800])
    reasons = {
        compare_photos(jpeg(plain), jpeg(picture()), LIMITS)["reason"]: "few-features",
        compare_photos(jpeg(noise), jpeg(picture()), LIMITS)["reason"]: "few-matches",
        compare_photos((b"no picture", 1), jpeg(picture()), LIMITS)["reason"]: "unreadable",
    }
    assert all(found == wanted for found, wanted in reasons.items())
    other = compare_photos(jpeg(part), jpeg(np.ascontiguousarray(picture()[:, ::-1])), LIMITS)
    assert other["reason"] in REASONS
    assert (other["tiles"], other["aligned"], other["compared"]) == ([], None, None)


def shot(number: int, minutes: float, **changed: object) -> Shot:
    given = {"lon": 134.5, "lat": 34.07, "accuracy_m": 5.0} | changed
    return Shot(id=number, taken_at=START + timedelta(minutes=minutes), **given)  # type: ignore[arg-type]


def test_partners_show_the_same_ground_and_are_older() -> None:
    now = shot(9, 60, yaw_deg=350.0)
    others = [
        now,
        shot(1, 0, yaw_deg=10.0),
        shot(2, 55, yaw_deg=0.0),
        shot(3, 0, lon=134.51),
        shot(4, 0, yaw_deg=170.0),
        shot(5, 90),
        shot(6, 30, lon=134.5003),
    ]
    # 2 is too young, 3 too far, 4 looks the other way, 5 is later
    assert partners(now, others, LIMITS.pairing) == [1, 6]
    ground = box(134.5, 34.07, 134.502, 34.072)
    apart = [
        shot(1, 0, lon=134.49, ground=box(134.501, 34.07, 134.503, 34.072)),
        shot(2, 0, ground=box(134.5019, 34.07, 134.504, 34.072)),
        shot(3, 0, ground=ground),
    ]
    # the ground goes before the place of the camera, both where they meet and where they do not
    assert partners(shot(9, 60, ground=ground), apart, LIMITS.pairing) == [3, 1]


def test_limits_name_what_is_missing() -> None:
    tables = {name: dict(table) for name, table in read_rules("photo").items()}
    del tables["change"]["tiles"]
    with pytest.raises(RulesError, match="change: tiles"):
        photo_limits(tables)

"""From a frame's bytes to a reading: decode, judge its health, lay it right, find the line, or abstain.

`Reader` holds what a calibration amounts to; `read` is pure: the same frame, time and state give the same
reading and the same new state, however often.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple, get_args

import msgspec
import numpy as np

from sensors.camera.calibration import Calibration, CalibrationError
from sensors.camera.edges import NORMALISERS, Candidate, candidates
from sensors.camera.geometry import Floats, fit
from sensors.camera.health import FrameHistory, Health, fogged, judge, remember, sharpness
from sensors.camera.limits import CameraLimits
from sensors.camera.picture import Grey, UnreadablePicture, content_hash, decode_grey
from sensors.camera.registration import Patch, Registration, register
from sensors.camera.strip import cut_strip, strip_grid
from sensors.camera.waterline import FRAMES, Sight, sight, track
from sensors.flags import Flag

#: why a reading is not accepted, or why there is none
Reason = Literal[
    "",
    "unreadable",
    "other-size",
    "placeholder",
    "stuck",
    "dark",
    "glare",
    "fogged",
    "moved",
    "no-line",
    "off-course",
    "normalisers-differ",
    "out-of-range",
    "weak",
    "rival-edge",
    "out-of-order",
    "no-calibration",
]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


class CameraState(msgspec.Struct, kw_only=True):
    """What is carried from frame to frame; JSON by msgspec."""

    history: FrameHistory = msgspec.field(default_factory=FrameHistory)
    #: the last frames as each normaliser saw them
    sights: dict[str, list[Sight]] = {}


class CameraReading(msgspec.Struct, frozen=True, kw_only=True):
    """What one frame says of the water."""

    observed_at: datetime
    #: water level above the calibration's datum [m]; None = none can be read
    level_m: float | None
    #: 0 … 1
    quality: float
    #: QARTOD: 1 accepted, 3 shown to a person, 9 no level
    flag: int
    reason: Reason
    health: Health
    #: the line in the picture as it came, from one side to the other [px]
    waterline_px: list[tuple[float, float]]
    #: displacement of the fiducials [px]; None = not found, or none known
    moved_px: float | None
    #: level by each normaliser [m]
    levels_m: dict[str, float | None]
    #: edges that were found, strongest first, by normaliser
    evidence: dict[str, list[Candidate]]


class _Choice(NamedTuple):
    found: list[Candidate]
    chosen: Candidate | None


class Reader:
    """Reads the frames of one camera by one calibration."""

    def __init__(self, calibration: Calibration, limits: CameraLimits) -> None:
        """Prepare; raises `CalibrationError` when the calibration cannot be used."""
        self.calibration = calibration
        self._limits = limits
        self.geometry = fit(calibration)
        self._grid = strip_grid(calibration, self.geometry)
        if not len(self._grid.pixels):
            raise CalibrationError("the strip lies outside the picture")
        self._patches = [_patch(index, calibration) for index in range(len(calibration.fiducials))]

    def read(
        self, frame: bytes, observed_at: datetime, state: CameraState
    ) -> tuple[CameraReading, CameraState]:
        """Return the reading of a frame observed at `observed_at` (aware UTC), and the state after it.

        Never raises for what is in `frame`. A frame older than the newest one is not read: the course
        of the water looks back only.
        """
        at_s = observed_at.timestamp()
        if at_s < state.history.at_s:
            return _none(observed_at, "out-of-order", "ok"), state
        try:
            grey = decode_grey(frame)
        except UnreadablePicture:
            return _none(observed_at, "unreadable", "unreadable"), state
        if grey.shape != (self.calibration.height_px, self.calibration.width_px):
            return _none(observed_at, "other-size", "ok"), state
        digest = content_hash(frame)
        health = judge(grey, digest, at_s, state.history, self._limits.health, self.calibration.masks)
        hour = observed_at.astimezone(UTC).hour
        sharp = sharpness(grey)
        if health == "ok" and fogged(sharp, hour, state.history, self._limits.health):
            health = "fogged"
        history = state.history
        if health != "stuck":
            learned = sharp if health == "ok" else np.nan
            history = remember(state.history, grey, digest, at_s, hour, learned, self._limits.health)
        if health in ("placeholder", "stuck", "dark"):
            return _none(observed_at, health, health), CameraState(history=history, sights=state.sights)
        return self._locate(grey, observed_at, health, CameraState(history=history, sights=state.sights))

    def _locate(
        self, grey: Grey, observed_at: datetime, health: Health, state: CameraState
    ) -> tuple[CameraReading, CameraState]:
        placed = register(grey, self._patches)
        if placed.matrix is None:
            return _none(observed_at, "moved", "moved" if health == "ok" else health), state
        strip = cut_strip(grey, self._grid, placed.matrix)
        sights: dict[str, list[Sight]] = {}
        choices: dict[str, _Choice] = {}
        for name in NORMALISERS:
            found = candidates(strip, name)
            seen = [
                *state.sights.get(name, []),
                sight(found, observed_at.timestamp(), self.calibration.top_m),
            ]
            sights[name] = seen[-FRAMES:]
            index = track(sights[name], self.calibration.rate_m_per_min)
            choices[name] = _Choice(found, None if index is None else found[index])
        reading = self._decide(observed_at, health, placed, choices)
        return reading, CameraState(history=state.history, sights=sights)

    def _decide(
        self, observed_at: datetime, health: Health, placed: Registration, choices: dict[str, _Choice]
    ) -> CameraReading:
        """Return the reading that both normalisers' choices amount to."""
        chosen = [choice.chosen for choice in choices.values()]
        first, second = chosen
        level = next((one.level_m for one in chosen if one is not None), None)
        reason: Reason = ""
        quality = 0.0
        if not any(choice.found for choice in choices.values()):
            reason = "no-line"
        elif first is None or second is None:
            reason = "off-course"
        else:
            level = (first.level_m + second.level_m) / 2
            quality = self._quality(first, second)
            reason = self._doubt(first, second, level, quality)
            if not reason and any(self._rivalled(choice) for choice in choices.values()):
                reason = "rival-edge"
        if not reason and health != "ok":
            reason = "fogged" if health == "fogged" else "glare"
        return CameraReading(
            observed_at=observed_at,
            level_m=None if level is None else round(level, 4),
            quality=round(quality, 3),
            flag=int(Flag.MISSING if level is None else Flag.SUSPECT if reason else Flag.GOOD),
            reason=reason,
            health=health,
            waterline_px=[] if level is None else self._line(level, placed.matrix),
            moved_px=None if not self._patches or np.isnan(placed.moved_px) else round(placed.moved_px, 2),
            levels_m={
                name: None if choice.chosen is None else round(choice.chosen.level_m, 4)
                for name, choice in choices.items()
            },
            evidence={name: choice.found for name, choice in choices.items()},
        )

    def _doubt(self, first: Candidate, second: Candidate, level_m: float, quality: float) -> Reason:
        limits = self._limits
        if abs(first.level_m - second.level_m) > limits.agree_m:
            return "normalisers-differ"
        if not self.calibration.lowest_m <= level_m <= self.calibration.highest_m:
            return "out-of-range"
        weak = min(first.fraction, second.fraction) < limits.fraction_least
        weak |= min(first.snr, second.snr) < limits.snr_least
        weak |= max(first.spread_m, second.spread_m) > limits.spread_most_m
        return "weak" if weak or quality < limits.quality_least else ""

    def _rivalled(self, choice: _Choice) -> bool:
        """Tell whether another edge, nearly as clear, lies so near that either may be the line."""
        line, limits = choice.chosen, self._limits
        return line is not None and any(
            other is not line
            and abs(other.level_m - line.level_m) <= limits.rival_within_m
            and other.score >= limits.rival_share * line.score
            for other in choice.found
        )

    def _quality(self, first: Candidate, second: Candidate) -> float:
        """Return 0 … 1: share of columns, step against noise, agreement, evenness of the line."""
        limits = self._limits
        apart = abs(first.level_m - second.level_m) / limits.agree_m
        uneven = max(first.spread_m, second.spread_m) / limits.spread_most_m
        snr = min(first.snr, second.snr) / (4 * limits.snr_least)
        parts = (
            min(first.fraction, second.fraction),
            min(1.0, snr),
            max(0.0, 1 - apart),
            1 / (1 + uneven**2),
        )
        return float(np.prod(parts))

    def _line(self, level_m: float, matrix: Floats | None) -> list[tuple[float, float]]:
        across = np.linspace(self.calibration.from_across, self.calibration.to_across, 5)
        points = self.geometry.mapping.pixels(across, np.full(5, level_m))
        if matrix is not None:
            points = points @ matrix[:, :2].T + matrix[:, 2]
        return [(round(float(x), 1), round(float(y), 1)) for x, y in points]


def glance(
    frame: bytes, observed_at: datetime, state: CameraState, limits: CameraLimits
) -> tuple[CameraReading, CameraState]:
    """Return the health of a frame of a camera without a calibration, and the state after it.

    Never raises for what is in `frame`; a level there is none.
    """
    at_s = observed_at.timestamp()
    if at_s < state.history.at_s:
        return _none(observed_at, "out-of-order", "ok"), state
    try:
        grey = decode_grey(frame)
    except UnreadablePicture:
        return _none(observed_at, "unreadable", "unreadable"), state
    digest = content_hash(frame)
    health = judge(grey, digest, at_s, state.history, limits.health, [])
    history = state.history
    if health != "stuck":
        hour = observed_at.astimezone(UTC).hour
        history = remember(state.history, grey, digest, at_s, hour, np.nan, limits.health)
    return _none(observed_at, "no-calibration", health), CameraState(history=history)


def _patch(index: int, calibration: Calibration) -> Patch:
    fiducial = calibration.fiducials[index]
    try:
        grey = decode_grey(fiducial.bytes())
    except UnreadablePicture as error:
        raise CalibrationError(f"fiducial {index + 1}: {error}") from error
    height, width = grey.shape
    if fiducial.x_px + width > calibration.width_px or fiducial.y_px + height > calibration.height_px:
        raise CalibrationError(f"fiducial {index + 1} lies outside the picture")
    if float(grey.std()) < 3:
        raise CalibrationError(f"fiducial {index + 1} is even: nothing in it can be found again")
    return Patch(fiducial.x_px, fiducial.y_px, grey)


def _none(observed_at: datetime, reason: Reason, health: Health) -> CameraReading:
    return CameraReading(
        observed_at=observed_at,
        level_m=None,
        quality=0.0,
        flag=int(Flag.MISSING),
        reason=reason,
        health=health,
        waterline_px=[],
        moved_px=None,
        levels_m={},
        evidence={},
    )

"""The watch over silent shelters: who should have reported, and what it means that they did not.

Pure. A shelter that is open reports in a rhythm (`rules/silence.toml`). Missing a report is `late`; no
contact for several rhythms is `lost` (連絡途絶); without contact and with its roads cut, or when it says
itself that no vehicle comes through, it is `isolated` (孤立の疑い). No report is not "no damage": in Noto in
2024 up to 24 districts were cut off, most of them unheard of for days.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from shelters.rulebook import Rhythm

Silence = Literal["none", "ok", "late", "lost", "isolated"]

#: answers to `access` with which no truck comes through
CUT_OFF: Final = frozenset({"none", "foot"})
EARTH_RADIUS_M: Final = 6_371_009.0


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What is known of a shelter's reports; moments by the incident's clock."""

    opening: str | None = None
    #: when the centre ordered it to open, None = it did not
    ordered_at: datetime | None = None
    people: int | None = None
    #: the newest thing it said of itself
    reported_at: datetime | None = None
    #: the last contact of any kind, also a tablet that only asked
    contact_at: datetime | None = None
    comms: str = "unknown"
    access: str | None = None
    fuel_until: datetime | None = None
    area: str | None = None
    lon: float = math.nan
    lat: float = math.nan


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A disruption as the watch reasons with it."""

    kind: str
    label: str
    areas: frozenset[str] = frozenset()
    lon: float | None = None
    lat: float | None = None
    radius_m: float | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How silent a shelter is, why that is thought, and by when it should report (None = it need not)."""

    silence: Silence
    due_at: datetime | None = None
    #: codes of `rules/silence.toml`, each with the label of what it was seen in, if any
    reasons: list[tuple[str, str | None]] = field(default_factory=list)


def judge(heard: Heard, cuts: Sequence[Cut], now: datetime, rhythm: Rhythm) -> Verdict:
    """Return the verdict on one shelter at `now` (incident's clock)."""
    expected = expected_rhythm(heard, rhythm)
    around = [cut for cut in cuts if touches(cut, heard)]
    cut_off: list[tuple[str, str | None]] = [("no-access", None)] if heard.access in CUT_OFF else []
    if expected is None:
        return Verdict(silence="isolated", reasons=cut_off) if cut_off else Verdict(silence="none")
    begin, step = expected
    due_at = begin + step
    late = now > due_at + rhythm.grace
    if not late:
        if cut_off:
            return Verdict(silence="isolated", due_at=due_at, reasons=cut_off)
        return Verdict(silence="ok", due_at=due_at)
    never = heard.reported_at is None or (
        heard.ordered_at is not None and heard.reported_at < heard.ordered_at
    )
    reasons: list[tuple[str, str | None]] = [("never" if never else "late", None)]
    lines = _line_reasons(heard, around, now)
    roads = cut_off + [("road", cut.label) for cut in around if cut.kind == "road"]
    quiet_for = now - max(begin, heard.contact_at or begin)
    limit = rhythm.lost_after_cut if lines else rhythm.lost_after
    lost = quiet_for > step * limit
    if cut_off or (lost and roads):
        return Verdict(silence="isolated", due_at=due_at, reasons=reasons + roads + lines)
    return Verdict(silence="lost" if lost else "late", due_at=due_at, reasons=reasons + lines)


def expected_rhythm(heard: Heard, rhythm: Rhythm) -> tuple[datetime, timedelta] | None:
    """Return from when and in what rhythm a shelter is expected to report, None when it is not."""
    running = heard.opening in ("open", "permanent") or (heard.opening is None and bool(heard.people))
    if heard.reported_at is not None and (running or heard.opening == "preparing"):
        step = rhythm.open if running else rhythm.preparing
        return heard.reported_at, step
    if heard.ordered_at is None or heard.opening == "closed":
        return None
    if heard.reported_at is not None and heard.reported_at > heard.ordered_at:
        return heard.reported_at, rhythm.ordered
    return heard.ordered_at, rhythm.ordered


def touches(cut: Cut, heard: Heard) -> bool:
    """Whether a disruption covers the place of a shelter: by municipality, or by distance."""
    if heard.area is not None and heard.area in cut.areas:
        return True
    if cut.lon is None or cut.lat is None or cut.radius_m is None or math.isnan(heard.lon):
        return False
    return distance_m(cut.lon, cut.lat, heard.lon, heard.lat) <= cut.radius_m


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Return the distance [m] between two points [degrees] on a sphere of the earth's mean radius."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_lat, half_lon = (phi_b - phi_a) / 2, math.radians(lon_b - lon_a) / 2
    root = math.sin(half_lat) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(root)))


def _line_reasons(heard: Heard, around: Sequence[Cut], now: datetime) -> list[tuple[str, str | None]]:
    """Return why it may be unable to speak."""
    found: list[tuple[str, str | None]] = [
        (cut.kind, cut.label) for cut in around if cut.kind in ("power", "telecom")
    ]
    if heard.comms in ("none", "partial"):
        found.append(("comms-weak", None))
    if heard.fuel_until is not None and heard.fuel_until < now:
        found.append(("fuel-out", None))
    return found

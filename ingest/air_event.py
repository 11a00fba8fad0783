"""What the chronology says of contact lost and found, of borders crossed, and of who comes near whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from geo.chronology import Event
from geo.moment import utc_text
from ingest.track_event import CATEGORY, Craft
from sensors.motion.airspace import Crossing, Space
from sensors.motion.loss import LossRules, Weight
from sensors.motion.nearness import Meeting
from sensors.track import VehicleKind

Row = Mapping[str, Any]

LOST, HEARD_AGAIN, NEAR = "air.lost", "air.heard-again", "air.near"
SOURCE_SILENT: Final = "air.source-silent"
#: as grave as one helicopter that is lost: nothing of it is seen any more
SOURCE_SEVERITY: Final = 3
#: 参考情報: no more than shared awareness
NEAR_SEVERITY: Final = 1

_WHY: Final = {
    "on-ground": ("地上", "on the ground"),
    "low": ("低高度", "low"),
    "descending": ("降下中", "descending"),
    "over-water": ("海上（登録市町村の外）", "over the sea (outside of the municipalities that are loaded)"),
    "emergency": ("緊急通報中", "in an emergency"),
    "endurance-over": ("航続見込み超過", "endurance over"),
    "battery-low": ("電池残量僅少", "battery low"),
}
_SPACES: Final = {
    "emergency": ("緊急用務空域", "emergency airspace"),
    "keep-out": ("飛行禁止区域", "keep-out area"),
    "keep-in": ("飛行範囲", "keep-in area"),
    "operation": ("運航空間", "operation volume"),
}
_CROSSED: Final = {
    "entered": ("に進入", "entered"),
    "left": ("から退出", "left"),
    "passed": ("を通過（測位間の直線による）", "passed through (by the straight way between positions)"),
}
#: whoever stands on the ground is in no airspace, and has not flown out of it
_LANDED: Final = ("内で着地", "landed within")


def craft_of(row: Row) -> Craft:
    """Return a vehicle of `air.sql: heard` as the chronology calls it."""
    return Craft(row["id"], row["callsign"], row["synthetic"])


def contact_lost(row: Row, at: datetime, weight: Weight) -> Event:
    """Return the entry for a vehicle that is not heard any more: where it was last, and how high."""
    silent_s = round((at - row["received_at"]).total_seconds())
    height = row["height_tp_m"]
    high_ja, high_en = ("高度不明", "height unknown") if height is None else _height(float(height))
    why_ja, why_en = _why(weight)
    cut_ja, cut_en = ("（接続断）", " (its connection broke)") if row["goodbye"] else ("", "")
    place = f"{row['lat']:.4f}N {row['lon']:.4f}E"
    return _event(
        craft_of(row),
        at,
        LOST,
        weight.severity,
        f"通信途絶{cut_ja} {silent_s}秒 最終位置 {place} {high_ja}{why_ja}",
        f"contact lost{cut_en}, {silent_s} s, last at {place}, {high_en}{why_en}",
        {
            "lon": row["lon"],
            "lat": row["lat"],
            "height_tp_m": height,
            "observed_at": utc_text(row["observed_at"]),
            "received_at": utc_text(row["received_at"]),
            "goodbye": row["goodbye"],
            "reasons": list(weight.reasons),
        },
    )


def source_silent(source: str, at: datetime, count: int, rules: LossRules) -> Event:
    """Return the entry for a source all of whose vehicles fell silent one soon after another."""
    minutes = rules.source_s / 60
    return Event(
        event_at=at,
        category=CATEGORY,
        object_kind="source",
        object_id=source,
        severity=SOURCE_SEVERITY,
        code=SOURCE_SILENT,
        text=f"受信元 {source} 受信中の全{count}機が{minutes:g}分以内に途絶：受信設備の障害の可能性",
        text_en=f"Source {source}: all {count} craft heard fell silent within {minutes:g} min; "
        "its receiver may be broken",
        params={"vehicles": count},
    )


def heard_again(row: Row, at: datetime, lost_at: datetime) -> Event:
    """Return the entry for a vehicle whose loss was told and that is heard again."""
    gone_s = max(round((at - lost_at).total_seconds()), 0)
    return _event(
        craft_of(row), at, HEARD_AGAIN, 0,
        f"通信回復（途絶の通知から{gone_s}秒）", f"heard again, {gone_s} s after it was told as lost",
        {"lost_at": utc_text(lost_at)},
    )  # fmt: skip


def crossed(
    row: Row, at: datetime, space: Space, crossing: Crossing, *, exempt: bool, horizontal_only: bool
) -> Event | None:
    """Return the entry for a border crossed, None where it concerns nobody."""
    severity = crossing_severity(space, row["kind"], crossing, exempt=exempt)
    if severity is None:
        return None
    landed = crossing == "left" and bool(row["on_ground"])
    (space_ja, space_en), (did_ja, did_en) = _SPACES[space.kind], _LANDED if landed else _CROSSED[crossing]
    notes = [
        note
        for note, holds in (
            (("適用除外", "exempt"), exempt),
            (("高度不明：水平位置のみで判定", "height unknown: by the ground plan only"), horizontal_only),
        )
        if holds
    ]
    more_ja = f"（{'、'.join(ja for ja, _ in notes)}）" if notes else ""
    more_en = f" ({', '.join(en for _, en in notes)})" if notes else ""
    return _event(
        craft_of(row), at, f"air.{crossing}", severity,
        f"{space_ja}「{space.name}」{did_ja}{more_ja}", f"{did_en} {space_en} “{space.name}”{more_en}",
        {"airspace": space.id, "kind": space.kind, "exempt": exempt, "horizontal_only": horizontal_only},
    )  # fmt: skip


def crossing_severity(space: Space, kind: VehicleKind, crossing: Crossing, *, exempt: bool) -> int | None:
    """Return how much a crossing weighs (0 to 5), None = not told in the chronology.

    緊急用務空域 bans drones; helicopters are there on duty, so their coming and going only shows in
    `present`. Who is exempt is told as such, never left out.
    """
    if space.kind == "emergency":
        if kind in ("helicopter", "aeroplane"):
            return None
        grave = 4 if kind == "drone" else 3
    else:
        grave = {"keep-out": 3, "keep-in": 3, "operation": 2}[space.kind]
    outward = space.kind == "keep-in"
    if crossing == "passed":
        return None if outward else (1 if exempt else grave)
    if (crossing == "left") != outward:
        return 0
    return 1 if exempt else grave


def came_near(first: Row, second: Row, at: datetime, meeting: Meeting) -> Event:
    """Return the entry for two that are near each other or soon will be (参考情報)."""
    one, other = craft_of(first), craft_of(second)
    apart_ja = "高度不明" if meeting.vertical_m is None else f"高度差 {meeting.vertical_m:.0f}m"
    apart_en = "height unknown" if meeting.vertical_m is None else f"{meeting.vertical_m:.0f} m in height"
    when_ja = "接近中" if meeting.entry_s <= 0 else f"{meeting.entry_s:.0f}秒後に接近の見込み"
    when_en = "near" if meeting.entry_s <= 0 else f"expected near in {meeting.entry_s:.0f} s"
    return _event(
        one, at, NEAR, NEAR_SEVERITY,
        f"と {other.words} 【参考情報】{when_ja} 最接近 水平 {meeting.horizontal_m:.0f}m、{apart_ja}",
        f"and {other.words}, for reference only: {when_en}, closest {meeting.horizontal_m:.0f} m, {apart_en}",
        {"vehicles": [first["id"], second["id"]], "horizontal_only": meeting.horizontal_only},
    )  # fmt: skip


def _height(height_m: float) -> tuple[str, str]:
    return f"高度 T.P. {height_m:.0f}m", f"height {height_m:.0f} m T.P."


def _why(weight: Weight) -> tuple[str, str]:
    if not weight.reasons:
        return "", ""
    words = [_WHY[reason] for reason in weight.reasons]
    return f"（{'、'.join(ja for ja, _ in words)}）", f" ({', '.join(en for _, en in words)})"


def _event(
    craft: Craft, at: datetime, code: str, severity: int, ja: str, en: str, params: Mapping[str, Any]
) -> Event:
    return Event(
        event_at=at,
        category=CATEGORY,
        object_kind="vehicle",
        object_id=craft.vehicle_id,
        severity=severity,
        code=code,
        text=f"{craft.words} {ja}",
        text_en=f"{craft.words}: {en}",
        params=params,
    )

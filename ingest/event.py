"""What the chronology says when a river changes its class, a sensor lies or falls silent.

Words follow 危機管理型水位計 and 基準水位観測所 practice; the names of levels come from
`sensors/rules/river-levels.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from geo.chronology import Event
from sensors.river_levels import LevelClass

#: reasons of a quality flag in the few words a line of the chronology has room for
REASONS_JA: Final = {
    "range": "測定範囲外",
    "jump": "急変・確認待ち",
    "spike": "一回だけの飛び",
    "box": "段差で飛び段差で戻る",
    "plateau": "飛んだ後に不動",
    "flat-line": "長時間不動",
    "erratic": "激しい往復",
    "isolated": "比較できる値なし",
    "clock-ahead": "時計の進み補正",
    "clock-bad": "時計異常",
    "no-time": "時刻なし",
    "late": "遅着",
    "repeated": "再送",
    "conflict": "同時刻に別の値",
    "no-value": "値なし",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A gauge as the chronology calls it."""

    gauge_id: str
    river: str | None
    name: str

    @property
    def words(self) -> str:
        """Return river and gauge, e.g. 飯尾川 御所地橋."""
        return f"{self.river} {self.name}" if self.river else self.name


def class_changed(
    place: Place,
    at: datetime,
    *,
    old: LevelClass | None,
    new: LevelClass,
    level_m: float,
    datum: str,
    provisional: bool,
) -> Event:
    """Return the entry for a river that passed the threshold of a class, or fell below one.

    `old` is None when nothing was known before. A suspect reading is said to be unconfirmed.
    """
    up = old is None or new.code > old.code
    passed = new if old is None or up else old
    doubt_ja, doubt_en = ("（未確認の値）", " (unconfirmed value)") if provisional else ("", "")
    verb_ja, verb_en = ("を超過", "exceeded") if up else ("を下回る", "no longer exceeded")
    return Event(
        event_at=at,
        category="level",
        object_id=place.gauge_id,
        severity=(passed.level or 0) if up else 0,
        code="level.up" if up else "level.down",
        text=f"{place.words} {passed.ja}{verb_ja} {level_m:.2f}m{doubt_ja}",
        text_en=f"{place.words}: {passed.en} {verb_en}, {level_m:.2f} m{doubt_en}",
        params={
            "from": old.name if old else None,
            "to": new.name,
            "level_m": round(level_m, 3),
            "datum": datum,
            "provisional": provisional,
        },
    )


def reading_failed(place: Place, at: datetime, *, level_m: float, reasons: list[str]) -> Event:
    """Return the entry for a reading that was shown and is now judged to be a fault of the sensor."""
    return Event(
        event_at=at,
        category="quality",
        object_id=place.gauge_id,
        severity=1,
        code="quality.failed",
        text=f"{place.words} 異常値と判定 {level_m:.2f}m（{_in_japanese(reasons)}）",
        text_en=f"{place.words}: reading judged a sensor fault, {level_m:.2f} m ({', '.join(reasons)})",
        params={"level_m": round(level_m, 3), "reasons": reasons},
    )


def reading_suspect(place: Place, at: datetime, *, level_m: float, reasons: list[str]) -> Event:
    """Return the entry for a reading that is shown, marked as not yet trusted."""
    return Event(
        event_at=at,
        category="quality",
        object_id=place.gauge_id,
        severity=1,
        code="quality.suspect",
        text=f"{place.words} 要確認の値 {level_m:.2f}m（{_in_japanese(reasons)}）",
        text_en=f"{place.words}: suspect value, {level_m:.2f} m ({', '.join(reasons)})",
        params={"level_m": round(level_m, 3), "reasons": reasons},
    )


def fell_silent(place: Place, at: datetime, *, daily: bool, last_at: datetime) -> Event:
    """Return the entry for a gauge whose next reading did not come in time.

    `daily`: it was expected as an idle gauge, once a day; otherwise its silence is abnormal.
    """
    if daily:
        text, text_en = "定時報（日次）なし", "daily message missing"
    else:
        text, text_en = "観測開始水位以上でデータ途絶", "silent while above its start level"
    return Event(
        event_at=at,
        category="silence",
        object_id=place.gauge_id,
        severity=1 if daily else 3,
        code="silence.daily" if daily else "silence.abnormal",
        text=f"{place.words} {text}",
        text_en=f"{place.words}: {text_en}",
        params={"last_at": last_at.isoformat()},
    )


def spoke_again(place: Place, at: datetime, *, level_m: float) -> Event:
    """Return the entry for a gauge that sends again after a silence that was noticed."""
    return Event(
        event_at=at,
        category="silence",
        object_id=place.gauge_id,
        severity=0,
        code="silence.ended",
        text=f"{place.words} データ回復 {level_m:.2f}m",
        text_en=f"{place.words}: data again, {level_m:.2f} m",
        params={"level_m": round(level_m, 3)},
    )


def threshold_doubted(place: Place, at: datetime, *, since: datetime) -> Event:
    """Return the entry for a gauge above danger for days: its threshold is doubted, it alarms no more."""
    return Event(
        event_at=at,
        category="quality",
        object_id=place.gauge_id,
        severity=1,
        code="threshold.doubted",
        text=f"{place.words} 長期間の基準値超過のため基準値を要確認（警報対象外）",
        text_en=f"{place.words}: above its threshold for days, threshold doubted, not alarmed",
        params={"since": since.isoformat()},
    )


def device_lost(device_id: str, at: datetime) -> Event:
    """Return the entry for a device whose connection broke (its last will was delivered)."""
    return Event(
        event_at=at,
        category="system",
        object_kind="device",
        object_id=device_id,
        severity=1,
        code="device.lost",
        text=f"端末 {device_id} 通信断",
        text_en=f"Device {device_id}: connection lost",
    )


def _in_japanese(reasons: list[str]) -> str:
    return "、".join(REASONS_JA[reason] for reason in reasons)

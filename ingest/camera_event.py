"""What the chronology says of a river camera: it shows nothing usable, or it and the gauge disagree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from geo.chronology import Event
from sensors.camera.health import Health

HEALTHS_JA: Final[Mapping[Health, str]] = {
    "ok": "映像回復",
    "placeholder": "映像なし（代替画像）",
    "stuck": "映像が停止",
    "dark": "暗くて見えない",
    "glare": "白飛び",
    "fogged": "霧・汚れ・ピンぼけ",
    "moved": "向きがずれた・目標が隠れた",
    "unreadable": "画像を読めない",
}
HEALTHS_EN: Final[Mapping[Health, str]] = {
    "ok": "picture is back",
    "placeholder": "no picture, a placeholder is sent",
    "stuck": "picture stands still",
    "dark": "too dark to see",
    "glare": "glare",
    "fogged": "fog, dirt or out of focus",
    "moved": "moved, or its targets are hidden",
    "unreadable": "picture cannot be read",
}


@dataclass(frozen=True, slots=True)
class CameraPlace:
    """A camera as the chronology calls it."""

    camera_id: str
    river: str | None
    name: str

    @property
    def words(self) -> str:
        """Return river and camera."""
        return f"{self.river} {self.name}" if self.river else self.name


def health_changed(place: CameraPlace, at: datetime, health: Health) -> Event:
    """Return the entry for a camera that no longer shows the scene, or does again."""
    return Event(
        event_at=at,
        category="quality",
        object_kind="camera",
        object_id=place.camera_id,
        severity=0 if health == "ok" else 1,
        code="camera.seeing" if health == "ok" else "camera.blind",
        text=f"カメラ {place.words} {HEALTHS_JA[health]}",
        text_en=f"Camera {place.words}: {HEALTHS_EN[health]}",
        params={"health": health},
    )


def comparison_changed(place: CameraPlace, at: datetime, comparison: Mapping[str, Any]) -> Event:
    """Return the entry for a camera and a gauge that began to disagree, or agree again.

    Neither is silenced: which of the two is wrong, a person must see.
    """
    apart_m, gauge = comparison["difference_m"], comparison["gauge"]
    agrees = comparison["agrees"]
    said_ja, said_en = ("一致", "agrees with") if agrees else ("不一致・要確認", "disagrees with")
    return Event(
        event_at=at,
        category="quality",
        object_kind="camera",
        object_id=place.camera_id,
        severity=0 if agrees else 2,
        code="camera.agrees" if agrees else "camera.disagrees",
        text=f"カメラ {place.words} 水位計 {gauge} と{said_ja} {apart_m:+.2f}m",
        text_en=f"Camera {place.words} {said_en} gauge {gauge}, {apart_m:+.2f} m",
        params=dict(comparison),
    )

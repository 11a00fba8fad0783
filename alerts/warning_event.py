"""What the chronology says when official warnings rise, fall or are lifted.

Compared is the ground, municipality by municipality: when 南部 and 北部 become 徳島県 in one telegram,
nothing was lifted, and nothing is said to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.warning import OfficialWarning, Telegram
from alerts.warning_rules import Region, WarningRules, prefecture_code
from alerts.warning_state import State, levels_by_area

#: the lowest level that a warning has: below it there is none
LOWEST = 2
#: how serious a warning of unknown level is taken: never as none
UNKNOWN_SEVERITY = 3
#: stands for "no warning" where levels are compared; 0 is one of unknown level
NONE = -1
#: 記録的短時間大雨, 線状降水帯: as serious as a warning
ANNOUNCEMENT_SEVERITY = 3


@dataclass(frozen=True, kw_only=True)
class WarningEvent:
    """One automatic entry of the chronology."""

    event_at: datetime
    object_id: str
    severity: int
    code: str
    text: str
    text_en: str
    params: Mapping[str, Any]


def events(before: State, now: State, telegram: Telegram, rules: WarningRules) -> list[WarningEvent]:
    """Return what changed between two states by `telegram`, the most serious first."""
    old, new = levels_by_area(before.values()), levels_by_area(now.values())
    found = []
    for subject in old.keys() | new.keys():
        groups: dict[tuple[OfficialWarning | None, OfficialWarning | None], set[str]] = {}
        for area in old.get(subject, {}).keys() | new.get(subject, {}).keys():
            was, is_ = old.get(subject, {}).get(area), new.get(subject, {}).get(area)
            if (was and was.level) != (is_ and is_.level):
                groups.setdefault((was, is_), set()).add(area)
        merged = _by_level(groups)
        found += [_event(was, is_, areas, telegram, rules) for (was, is_), areas in merged]
    return sorted(found, key=lambda event: (-event.severity, event.object_id, event.code))


def _by_level(
    groups: Mapping[tuple[OfficialWarning | None, OfficialWarning | None], set[str]],
) -> list[tuple[tuple[OfficialWarning | None, OfficialWarning | None], set[str]]]:
    """Join groups whose levels are the same, though different regions stated them."""
    joined: dict[tuple[int, int], tuple[Any, set[str]]] = {}
    for (was, is_), areas in groups.items():
        key = (was.level if was else NONE, is_.level if is_ else NONE)
        joined.setdefault(key, ((was, is_), set()))[1].update(areas)
    return list(joined.values())


def _event(
    was: OfficialWarning | None,
    is_: OfficialWarning | None,
    areas: set[str],
    telegram: Telegram,
    rules: WarningRules,
) -> WarningEvent:
    warning = is_ or was
    assert warning is not None  # noqa: S101 - one of the two is there, or nothing changed
    place, place_en, region = _place(warning, areas, telegram.publisher, rules)
    code, words, words_en = _words(was, is_, telegram.complete_from)
    return WarningEvent(
        event_at=telegram.issued_at,
        object_id=f"{prefecture_code(telegram.publisher)}:{region}:{warning.hazard}",
        severity=_rank(is_) if is_ and (was is None or _rank(is_) > _rank(was)) else 0,
        code=code,
        text=f"{place} {words}",
        text_en=f"{place_en}: {words_en}",
        params={
            "publisher": telegram.publisher,
            "hazard": warning.hazard,
            "river": warning.river,
            "from": was.level if was else None,
            "to": is_.level if is_ else None,
            "areas": sorted(areas),
            "source_id": telegram.source_id,
        },
    )


def _rank(warning: OfficialWarning) -> int:
    return warning.level or UNKNOWN_SEVERITY


def _words(
    was: OfficialWarning | None, is_: OfficialWarning | None, complete_from: int
) -> tuple[str, str, str]:
    if was is None and is_ is not None:
        return "warning.issued", f"{is_.name} 発表", f"{is_.name_en} issued"
    if was is not None and is_ is not None:
        code = "warning.raised" if _rank(is_) > _rank(was) else "warning.lowered"
        return code, f"{was.name} → {is_.name}", f"{was.name_en} → {is_.name_en}"
    assert was is not None  # noqa: S101 - one of the two is there, or nothing changed
    if complete_from > LOWEST:
        # The record says nothing below: the warning fell, how far is not known.
        return (
            "warning.below",
            f"{was.name} レベル{complete_from}未満に低下（下位レベルは記録なし）",
            f"{was.name_en} fell below level {complete_from} (lower levels are not recorded)",
        )
    return "warning.lifted", f"{was.name} 解除", f"{was.name_en} lifted"


def _place(
    warning: OfficialWarning, areas: set[str], publisher: str, rules: WarningRules
) -> tuple[str, str, str]:
    """Return the ground's name in Japanese and English, and the region that names it best."""
    whole = rules.region(publisher, publisher)
    if warning.river is not None:
        return publisher, whole.en, warning.region
    if not warning.areas:
        return f"{publisher}{warning.region}", f"{publisher} {warning.region}", warning.region
    # The region that the telegram names comes first: two regions may cover the same ground.
    known = rules.regions_of(publisher)
    for region in (rules.region(publisher, warning.region), *known):
        if region.areas == areas:
            return *_region_name(region, whole), region.name
    count = len(areas)
    for region in known:
        if region.areas < areas:
            ja, en = _region_name(region, whole)
            return f"{ja}ほか計{count}市町村", f"{en} and others, {count} municipalities in all", region.name
    return f"{publisher}の{count}市町村", f"{count} municipalities of {whole.en}", warning.region


def _region_name(region: Region, whole: Region) -> tuple[str, str]:
    if region.name == whole.name:
        return whole.name, whole.en
    if region.areas < whole.areas:
        return f"{whole.name}{region.name}", region.en
    return f"{whole.name}（{region.name}）", f"{whole.en} ({region.en})"


def expiry(warning: OfficialWarning) -> WarningEvent:
    """Return the entry that says that a warning ended at the time its publisher set."""
    assert warning.expires_at is not None  # noqa: S101 - only such a warning ends by itself
    return WarningEvent(
        event_at=warning.expires_at,
        object_id=warning.id,
        severity=0,
        code="warning.expired",
        text=f"{warning.publisher} {warning.name} 有効期限により終了",
        text_en=f"{warning.publisher}: {warning.name_en} ended at the time it was valid to",
        params={"publisher": warning.publisher, "areas": list(warning.areas), "source_id": warning.source_id},
    )


def announcements(telegram: Telegram) -> list[WarningEvent]:
    """Return the entry of a telegram that tells of an event and puts nothing in force; else none."""
    if not telegram.announces:
        return []
    exercise = "【訓練】" if telegram.standing == "exercise" else ""
    back = "（取消）" if telegram.info_type == "cancellation" else ""
    words = " ".join(telegram.headlines.get("ja", "").split())
    return [
        WarningEvent(
            event_at=telegram.issued_at,
            object_id=telegram.series,
            severity=0 if back else ANNOUNCEMENT_SEVERITY,
            code="warning.announced",
            text=f"{exercise}{telegram.title}{back} {words}".strip(),
            text_en=f"{'EXERCISE ' if exercise else ''}{telegram.title} (in Japanese only) {words}".strip(),
            params={"publisher": telegram.publisher, "source_id": telegram.source_id},
        )
    ]

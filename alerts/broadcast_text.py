"""Words for cell broadcast (緊急速報メール) and loudspeakers (防災行政無線), with limits and a lint. Pure.

People hand these texts to the operator of the channel. The limits stand in `rules/broadcast.toml`. Nothing
is cut in silence: what was left out is in the lint.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from alerts.drill_wall import DrillNotice, Notice, drill_mark
from alerts.ruby import parts, spoken, with_readings_behind, without_readings
from alerts.terms import terms

_KANJI: Final = re.compile(r"[一-鿿々〆ヶ]")
_DRILL: Final = "訓練"
#: how a text asks people to do something
_ASKS: Final = re.compile("ください|下さい|せよ|しましょう")
#: lines that go first when there is no room
_DISPENSABLE: Final = ("label.why", "label.contact", "label.refuge", "label.what")
#: small kana and long marks make no mora of their own; blanks and points are pauses
_NO_MORA: Final = re.compile(r"[ゃゅょぁぃぅぇぉャュョァィゥェォ\s、。]")


@dataclass(frozen=True)
class Finding:
    """What is wrong (`error`: the channel would refuse or mislead) or doubtful (`warning`) about a text."""

    severity: Literal["error", "warning"]
    text: str
    text_en: str


@dataclass(frozen=True, kw_only=True)
class ChannelText:
    """The words of one channel, ready to hand over, with what the lint says of them."""

    text: str
    title: str | None = None
    #: the words as they are spoken, where somebody reads them aloud
    reading: str | None = None
    #: how long a voice takes [s]
    duration_s: float | None = None
    findings: tuple[Finding, ...] = ()


@cache
def rules() -> Mapping[str, Any]:
    """Return `rules/broadcast.toml`."""
    return tomllib.loads((files("alerts") / "rules" / "broadcast.toml").read_text(encoding="utf-8"))


def cell_broadcast(notice: Notice) -> ChannelText:
    """Return title and body for the carriers' form, in Japanese, shortened line by line where too long."""
    limits, bulletin = rules()["cell_broadcast"], notice.bulletin
    order = without_readings(terms().word(f"order.{bulletin.level}", "ja").text)
    level = without_readings(terms().word(f"level.{bulletin.level}", "ja").text)
    name = f"{order} 解除" if bulletin.act == "lift" else f"{level}{order}"
    title = (limits["drill"] if isinstance(notice, DrillNotice) else "") + name
    words = notice.texts.get("ja", {})
    lines = [
        without_readings(line)
        for part in ("headline", "body", "instruction")
        for line in words.get(part, "").splitlines()
        if line.strip()
    ]
    kept, dropped = _fitted(lines, limits["body"])
    body = "\n".join(kept)
    findings = [*_left_out(dropped), *_cell_findings(title, body, limits), *_common(notice, title + body)]
    return ChannelText(title=title, text=body, findings=tuple(findings))


def loudspeaker(notice: Notice, readings: Mapping[str, str] | None = None) -> ChannelText:
    """Return what a voice says outdoors: short sentences, each place with its reading, said twice.

    `readings` are those of names, e.g. `{"勝浦町": "かつうらちょう"}`; a name without one is found by the
    lint, for a wrong reading sends people to the wrong place.
    """
    limits = rules()["loudspeaker"]
    once = list(_sentences(notice, readings or {}))
    said = once * int(limits["repeat"])
    aloud = [spoken(sentence).replace(" ", "") for sentence in said]
    duration_s = sum(len(_NO_MORA.sub("", sentence)) + 2 for sentence in aloud) / limits["morae_per_s"]
    findings = [
        *_unread(once),
        *_long_sentences(once, limits["sentence"]),
        *_common(notice, "".join(once)),
    ]
    if duration_s > limits["longest_s"]:
        findings.append(
            Finding(
                "warning",
                f"放送が約{duration_s:.0f}秒かかります（目安{limits['longest_s']}秒）",
                f"takes about {duration_s:.0f} s to say, {limits['longest_s']} s are meant",
            )
        )
    return ChannelText(
        text="\n".join(with_readings_behind(sentence) for sentence in said),
        reading="\n".join(aloud),
        duration_s=round(duration_s, 1),
        findings=tuple(findings),
    )


def _sentences(notice: Notice, readings: Mapping[str, str]) -> Iterator[str]:
    words, bulletin = rules()["spoken"], notice.bulletin
    drill = isinstance(notice, DrillNotice)
    place = _read(bulletin.place, readings)
    order = words[f"order_{bulletin.level}"]
    if drill:
        yield words["drill_opening"]
    if bulletin.act == "lift":
        yield words["opening"].format(place=place)
        yield words["lifted"].format(order=order.removesuffix("。"))
    else:
        yield words["urgent"]
        yield words["opening"].format(place=place)
        yield order
    if bulletin.districts:
        places = "、 ".join(_read(district, readings) for district in bulletin.districts)
        yield words["where"].format(places=places)
    else:
        yield words["whole"].format(place=place)
    if bulletin.act == "lift":
        yield words["lifted_action"]
    else:
        yield words["hazard_5"] if bulletin.level == 5 else words[f"hazard_{bulletin.hazard}"]
        yield words[f"action_{bulletin.level}"]
    if drill:
        yield words["drill_closing"]


def _read(name: str, readings: Mapping[str, str]) -> str:
    return f"｜{name}《{readings[name]}》" if name in readings else name


def _fitted(lines: Sequence[str], limit: int) -> tuple[list[str], list[str]]:
    """Return the lines that fit into `limit` characters, and what was left out: never what to do."""
    kept, dropped = list(lines), []
    for key in _DISPENSABLE:
        label = without_readings(terms().word(key, "ja").text)
        for line in [it for it in kept if it.removeprefix(drill_mark("ja")).startswith(label)]:
            if len("\n".join(kept)) > limit:
                kept.remove(line)
                dropped.append(line)
    if (over := len("\n".join(kept)) - limit) > 0:
        longest = max(kept, key=len)
        kept[kept.index(longest)] = longest[: -over - 1] + "…"
        dropped.append(longest[-over - 1 :])
    return kept, dropped


def _left_out(dropped: Sequence[str]) -> Iterator[Finding]:
    for line in dropped:
        short = line if len(line) <= 30 else line[:30] + "…"
        yield Finding("warning", f"字数のため省きました: {short}", f"left out for want of room: {short}")


def _cell_findings(title: str, body: str, limits: Mapping[str, Any]) -> Iterator[Finding]:
    if len(title) > limits["title"]:
        yield Finding(
            "error",
            f"題名が{len(title)}字です（上限{limits['title']}字）",
            f"the title has {len(title)} characters, at most {limits['title']}",
        )
    if len(body) > limits["seen_at_once"]:
        yield Finding(
            "warning",
            f"本文が{len(body)}字です（一度に読めるのは{limits['seen_at_once']}字）",
            f"the body has {len(body)} characters, {limits['seen_at_once']} are seen at once",
        )
    strange = sorted({it for it in title + body if it != "\n" and not _fits(it, limits["charset"])})
    if strange:
        yield Finding(
            "error",
            f"携帯電話で表示できない文字: {' '.join(strange)}",
            f"characters that phones cannot show: {' '.join(strange)}",
        )


def _common(notice: Notice, text: str) -> Iterator[Finding]:
    """Yield what must hold of any channel's words."""
    plain, bulletin = without_readings(text), notice.bulletin
    if name := terms().abolished_in(plain):
        yield Finding("error", f"廃止された名称: {name}", f"an abolished name: {name}")
    if isinstance(notice, DrillNotice) != (_DRILL in plain):
        drill = isinstance(notice, DrillNotice)
        yield Finding(
            "error",
            "訓練なのに「訓練」の語がありません" if drill else "実際の情報に「訓練」の語があります",
            "a drill that does not say 訓練" if drill else "the word 訓練 in what is no drill",
        )
    if bulletin.place not in plain:
        yield Finding("error", f"{bulletin.place}の名がありません", f"{bulletin.place} is not named")
    for missing in [name for name in bulletin.districts if name not in plain]:
        yield Finding("warning", f"対象地区の名がありません: {missing}", f"district not named: {missing}")
    if bulletin.act != "lift" and not _ASKS.search(plain):
        yield Finding("error", "とるべき行動がありません", "does not say what to do")


def _unread(sentences: Sequence[str]) -> Iterator[Finding]:
    unread = {
        run
        for sentence in sentences
        for characters, reading in parts(sentence)
        if reading is None
        for run in re.findall(r"[一-鿿々〆ヶ]+", characters)
    }
    for name in sorted(unread):
        yield Finding("warning", f"読みが登録されていません: {name}", f"no reading known: {name}")


def _long_sentences(sentences: Sequence[str], limit: int) -> Iterator[Finding]:
    for sentence in sentences:
        plain = without_readings(sentence).replace(" ", "")
        if len(plain) > limit:
            yield Finding(
                "warning",
                f"長い文です（{len(plain)}字、目安{limit}字）: {plain[:20]}…",
                f"a long sentence ({len(plain)} characters, {limit} are meant): {plain[:20]}…",
            )


def _fits(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True

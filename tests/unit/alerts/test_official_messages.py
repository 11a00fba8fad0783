"""Every official sample is read, or refused with the right reason; nothing else escapes."""

from __future__ import annotations

import itertools
import random
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.bulletin import ActualBulletin, ExerciseBulletin, TrialBulletin, UnusedKindError, admitted
from alerts.cap_reading import ForeignSenderError, cap_rules
from alerts.reading import read_bulletin
from alerts.warning import InfoType, OfficialWarning, Statement, Telegram, TelegramError, interpret
from alerts.warning_event import announcements, events
from alerts.warning_rules import load_warning_rules
from alerts.warning_state import fold, in_force
from geo.incident import Incident

RULES = load_warning_rules()
DATA = Path(__file__).parents[2] / "data" / "official"
START = datetime(2026, 6, 2, tzinfo=UTC)


def samples(archive: str) -> dict[str, bytes]:
    with tarfile.open(DATA / archive) as tar:
        files = [member for member in tar.getmembers() if member.isfile()]
        return {Path(m.name).name: tar.extractfile(m).read() for m in files}  # type: ignore[union-attr]


JMA = samples("jma-samples.tar.xz")
CAP = {
    name: data for name, data in samples("cap-samples.tar.xz").items() if name.endswith((".cap", "-SW.cap"))
}
READ = [name for name in JMA if any(kind in name for kind in ("VPWW", "VXKO", "VXSU", "VXWW", "VPHW"))]
ANNOUNCED = [name for name in JMA if "VPOA50" in name or "VPBS50" in name]
UNREADABLE = {"xee.cap": "doctype", "invalid.cap": "bad-form", "no_optional_fields.cap": "no-warning"}


def warnings(name: str) -> dict[str, OfficialWarning]:
    bulletin = read_bulletin(JMA[name], name)
    assert isinstance(bulletin, ActualBulletin)
    return {warning.id: warning for warning in interpret(bulletin.telegram, RULES)}


def changed(name: str, *words: tuple[str, str]) -> bytes:
    text = JMA[name].decode()
    for old, new in words:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


@pytest.mark.parametrize("name", sorted(READ))
def test_every_sample_of_a_warning_is_read(name: str) -> None:
    bulletin = read_bulletin(JMA[name], name)
    assert isinstance(bulletin, ActualBulletin)
    for warning in interpret(bulletin.telegram, RULES):
        assert warning.level in range(2, 6)
        assert warning.unknown_codes == ()
        # of 清瀬市 the oldest sample has a code with a digit too few; it is shown all the same
        assert warning.resolved or "○○" in warning.publisher or "清瀬市" in warning.region


@pytest.mark.parametrize("name", sorted({*JMA} - {*READ} - {*ANNOUNCED}))
def test_every_other_sample_is_refused_as_a_kind_that_is_not_used(name: str) -> None:
    with pytest.raises(UnusedKindError, match=r"not a warning Sonae uses: .+"):
        read_bulletin(JMA[name], name)


@pytest.mark.parametrize("name", sorted(CAP))
def test_every_cap_sample_is_foreign_or_refused_for_its_fault(name: str) -> None:
    with pytest.raises(TelegramError) as refused:
        read_bulletin(CAP[name], name)
    assert refused.value.code == UNREADABLE.get(name, "foreign-sender")


@pytest.mark.parametrize("name", sorted(ANNOUNCED))
def test_an_announcement_puts_nothing_in_force_and_is_entered(name: str) -> None:
    bulletin = read_bulletin(JMA[name], name)
    assert isinstance(bulletin, ActualBulletin)
    assert fold([bulletin.telegram], RULES) == {}
    (entry,) = announcements(bulletin.telegram)
    assert entry.severity == 3
    assert (bulletin.telegram.title or "-") in entry.text


def test_kind_and_status_are_read_by_municipality() -> None:
    found = warnings("15_17_01_250630_VPWW55.xml")
    assert {id_: (w.level, len(w.areas)) for id_, w in found.items()} == {
        "32:レベル3大雨警報": (3, 10),
        "32:レベル2大雨注意報": (2, 5),
    }
    # 隠岐の島町 was lifted by this telegram
    assert all("32528" not in warning.areas for warning in found.values())
    assert found["32:レベル3大雨警報"].status == ("継続",)


def test_a_river_is_known_by_its_section_and_its_municipalities() -> None:
    (river,) = warnings("16_02_02_220728_VXKOii.xml").values()
    assert (river.river, river.level, river.name) == ("六角川", 3, "六角川氾濫警戒情報")
    assert river.areas == ("41206", "41209", "41423", "41424", "41425")


def test_landslide_information_of_the_new_scheme_carries_its_level_in_the_name() -> None:
    (warning,) = warnings("17_04_01_250630_VXWW50.xml").values()
    assert (warning.name, warning.areas) == ("レベル4土砂災害危険警報", ("14206", "14383", "14384"))
    assert warnings("17_04_03_250630_VXWW50.xml") == {}


@pytest.mark.parametrize(
    ("name", "old", "level", "shown"),
    [
        ("レベル３大雨警報", "レベル３大雨警報", 3, "レベル3大雨警報（未知のコード 77）"),
        ("", "レベル３大雨警報", 0, "未知のコード 77"),
        ("超特別情報", "レベル３大雨警報", 0, "超特別情報（未知のコード 77）"),
    ],
)
def test_an_unknown_code_is_shown_in_its_own_words_and_never_dropped(
    name: str, old: str, level: int, shown: str
) -> None:
    data = changed(
        "15_17_01_250630_VPWW55.xml", (f"<Name>{old}</Name>\n<Code>03", f"<Name>{name}</Name>\n<Code>77")
    )
    bulletin = read_bulletin(data, "x")
    assert isinstance(bulletin, ActualBulletin)
    found = {warning.name: warning for warning in interpret(bulletin.telegram, RULES)}
    assert found[shown].level == level
    assert found[shown].unknown_codes == ("77",)
    assert len(found[shown].areas) == 10


def test_a_warning_of_unknown_level_is_told_as_a_warning_and_its_end_too() -> None:
    def at(hour: int, *levels: int) -> Telegram:
        lines = tuple(Statement("徳島県", "謎", level, name="謎の情報") for level in levels)
        return Telegram(
            source_id=str(hour), publisher="徳島県", issued_at=START + timedelta(hours=hour), statements=lines
        )

    states = [
        fold([], RULES),
        *(fold([at(n, *levels)], RULES) for n, levels in enumerate([(0,), (4,), (0,), ()])),
    ]
    told = [
        [(event.code, event.severity) for event in events(before, now, at(9), RULES)]
        for before, now in itertools.pairwise(states)
    ]
    assert told == [
        *(
            [("warning.issued", 3)],
            [("warning.raised", 4)],
            [("warning.lowered", 0)],
            [("warning.lifted", 0)],
        ),
    ]


def test_an_unknown_status_counts_as_in_force() -> None:
    data = changed("15_17_01_250630_VPWW55.xml", ("<Status>継続</Status>", "<Status>強化</Status>"))
    bulletin = read_bulletin(data, "x")
    assert isinstance(bulletin, ActualBulletin)
    assert {w.status for w in interpret(bulletin.telegram, RULES)} == {("強化",)}


def incident(kind: str) -> Incident:
    return Incident(
        id=1, slug="x", name="x", kind=kind, opened_at=START, closed_at=None, clock=None, version=1
    )


def test_a_training_enters_a_drill_and_never_an_actual_incident() -> None:
    data = changed("15_17_01_250630_VPWW56.xml", ("<Status>通常</Status>", "<Status>訓練</Status>"))
    bulletin = read_bulletin(data, "x")
    assert isinstance(bulletin, ExerciseBulletin)
    with pytest.raises(TelegramError, match="training") as refused:
        admitted(bulletin, incident("actual"))
    assert refused.value.code == "drill-wall"
    shown = interpret(admitted(bulletin, incident("drill")), RULES)
    assert shown
    assert all(w.exercise and w.name.startswith("【訓練】") and w.id.startswith("訓練:") for w in shown)


@pytest.mark.parametrize("kind", ["actual", "drill"])
def test_a_test_enters_nothing(kind: str) -> None:
    data = changed("15_17_01_250630_VPWW56.xml", ("<Status>通常</Status>", "<Status>試験</Status>"))
    bulletin = read_bulletin(data, "x")
    assert isinstance(bulletin, TrialBulletin)
    with pytest.raises(TelegramError, match="test"):
        admitted(bulletin, incident(kind))


def said(
    number: int,
    level: int | None,
    *,
    kind: InfoType = "issue",
    key: str | None = None,
    sent: float | None = None,
) -> Telegram:
    issued = START + timedelta(hours=number)
    return Telegram(
        source_id=f"{number}-{kind}-{sent}",
        publisher="徳島県",
        issued_at=issued,
        sent_at=START + timedelta(hours=sent if sent is not None else number),
        statements=() if level is None else (Statement("徳島県", "土砂災害", level),),
        series="jma:VPWW56:360000",
        info_type=kind,
        report_key=f"e#{number}" if key is None else key,
    )


def levels(*telegrams: Telegram) -> list[int]:
    return sorted(warning.level for warning in fold(telegrams, RULES).values())


def test_corrections_replace_and_cancellations_take_back() -> None:
    first, second = said(1, 3), said(2, 5)
    assert levels(first, second) == [5]
    assert levels(first, second, said(2, 4, kind="correction", sent=2.5)) == [4]
    assert levels(first, second, said(2, None, kind="cancellation", sent=2.5)) == [3]
    assert levels(first, second, said(9, None, kind="cancellation", key="", sent=2.5)) == [3]
    assert levels(first, second, said(9, None, kind="cancellation", key="e#*", sent=2.5)) == []


reports = st.lists(
    st.tuples(st.integers(1, 4), st.integers(2, 5), st.sampled_from(["issue", "correction", "cancellation"])),
    min_size=1,
    max_size=8,
)


@given(reports, st.randoms(use_true_random=False))
def test_in_whatever_order_they_arrive_the_same_is_in_force(
    told: list[tuple[int, int, InfoType]], order: random.Random
) -> None:
    telegrams = [said(n, level, kind=kind, sent=n + i / 10) for i, (n, level, kind) in enumerate(told)]
    shuffled = [*telegrams]
    order.shuffle(shuffled)
    assert fold(shuffled, RULES) == fold(telegrams, RULES)


def test_series_of_one_publisher_do_not_lift_each_other() -> None:
    rain = warnings("15_17_01_250630_VPWW55.xml")
    telegrams = [
        read_bulletin(JMA[name], name).telegram  # type: ignore[union-attr]
        for name in ("15_17_01_250630_VPWW55.xml", "15_17_01_250630_VPWW56.xml")
    ]
    assert set(rain) < set(fold(telegrams, RULES))


TRUST = {**cap_rules(), "sender": [{"sender": "centre@example.jp", "publisher": "徳島県"}]}
ALERT = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{id}</identifier>
<sender>centre@example.jp</sender><sent>2026-06-02T0{hour}:00:00+00:00</sent><status>{status}</status>
<msgType>{type}</msgType><scope>Public</scope><references>{references}</references>
<info><language>en</language><category>Met</category><event>Flood</event><urgency>Immediate</urgency>
<severity>Severe</severity><certainty>Likely</certainty><headline>Flood</headline></info>
<info><language>ja-JP</language><category>Met</category><event>洪水</event><urgency>Immediate</urgency>
<severity>Severe</severity><certainty>Likely</certainty><expires>2026-06-02T09:00:00+00:00</expires>
<headline>氾濫の危険</headline>{level}<area><areaDesc>徳島市</areaDesc>
<polygon>34,134 34,135 35,135 34,134</polygon><circle>34,134 5</circle>
<geocode><valueName>JIS X 0402</valueName><value>362018</value></geocode></area></info></alert>"""
LEVEL = "<parameter><valueName>jp:警戒レベル</valueName><value>4</value></parameter>"


def cap(
    identifier: str,
    hour: int,
    type_: str = "Alert",
    references: str = "",
    status: str = "Actual",
    level: str = LEVEL,
) -> Telegram:
    words = {"id": identifier, "hour": hour, "type": type_, "references": references, "status": status}
    bulletin = read_bulletin(ALERT.format(**words, level=level).encode(), identifier, cap_rules=TRUST)
    assert isinstance(bulletin, (ActualBulletin, ExerciseBulletin))
    return bulletin.telegram


def test_a_trusted_cap_message_is_official_in_its_own_language_and_on_its_ground() -> None:
    (warning,) = interpret(cap("a", 1), RULES)
    assert (warning.name, warning.level, warning.areas, warning.resolved) == (
        "氾濫の危険",
        4,
        ("36201",),
        True,
    )
    assert warning.geometry is not None
    assert warning.geometry.startswith("[[[[134.0, 34.0]")
    assert cap("a", 1).headlines == {"en": "Flood", "ja-JP": "氾濫の危険"}
    assert in_force({"x": warning}, START + timedelta(hours=10)) == {}


def test_the_level_of_a_cap_message_is_not_guessed() -> None:
    (warning,) = interpret(cap("a", 1, level=""), RULES)
    assert warning.level == 0


def test_updates_and_cancellations_work_by_their_references_in_any_order() -> None:
    first = cap("a", 1)
    update = cap("b", 2, "Update", "centre@example.jp,a,2026-06-02T01:00:00+00:00")
    cancel = cap("c", 3, "Cancel", "centre@example.jp,b,2026-06-02T02:00:00+00:00")
    assert [w.source_id for w in fold([update, first], RULES).values()] == [update.source_id]
    assert fold([cancel, update, first], RULES) == {}


def test_a_message_of_somebody_else_cannot_be_taken_back() -> None:
    with pytest.raises(TelegramError, match="Cancel without references of its sender"):
        cap("c", 3, "Cancel", "other@example.jp,a,2026-06-02T01:00:00+00:00")


@pytest.mark.parametrize("status", ["Test", "System", "Draft"])
def test_a_cap_test_is_a_test(status: str) -> None:
    data = ALERT.format(id="a", hour=1, type="Alert", references="", status=status, level="").encode()
    assert isinstance(read_bulletin(data, "a", cap_rules=TRUST), TrialBulletin)


def test_an_untrusted_sender_is_foreign() -> None:
    with pytest.raises(ForeignSenderError):
        read_bulletin(
            ALERT.format(id="a", hour=1, type="Alert", references="", status="Actual", level="").encode(), "a"
        )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_any_encoding(encoding: str) -> None:
    bomb = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'
    with pytest.raises(TelegramError, match="DOCTYPE"):
        read_bulletin(bomb.encode(encoding), "bomb")


def test_what_is_too_long_is_refused_unread() -> None:
    with pytest.raises(TelegramError, match="bytes") as refused:
        read_bulletin(b"<a>" + b" " * 5_000_000, "long")
    assert refused.value.code == "too-large"


@settings(max_examples=300)
@given(st.sampled_from([*sorted(READ)[:12], "16_02_02_220728_VXKOii.xml"]), st.data())
def test_a_damaged_message_raises_nothing_but_a_telegram_error(name: str, data: st.DataObject) -> None:
    raw = bytearray(JMA[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        end = min(len(raw), at + data.draw(st.integers(0, 400)))
        raw[at:end] = data.draw(st.binary(max_size=6))
    try:
        bulletin = read_bulletin(bytes(raw), name)
    except TelegramError:
        return
    if isinstance(bulletin, ActualBulletin):
        interpret(bulletin.telegram, RULES)

"""No drill reaches a public channel: mypy refuses the program, and the wall refuses the call."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mypy import api

from alerts.drill_wall import ActualNotice, DrillNotice, DrillWallError, OrderBulletin, admit, notice_of

ROOT = Path(__file__).parents[3]
BULLETIN = OrderBulletin(
    incident_id=1,
    incident_kind="drill",
    order_id=3,
    revision=1,
    act="issue",
    level=4,
    hazard="flood",
    area="36301",
    area_name="徳島県勝浦郡勝浦町",
    place="勝浦町",
    texts={"ja": {"headline": "【警戒レベル4 避難指示】勝浦町", "body": "どこ：横瀬", "instruction": "避難"}},
    effective_at=datetime(2026, 6, 2, 14, tzinfo=UTC),
    expires_at=datetime(2026, 6, 3, 2, tzinfo=UTC),
)

PROGRAM = """
from alerts.channels.carrier import Carrier, Letter, Outcome
from alerts.drill_wall import ActualNotice, DrillNotice

def tell(channel: Carrier[ActualNotice], notice: {kind}, letter: Letter) -> Outcome:
    return channel.send(notice, letter)
"""


def test_a_drill_is_a_drill_by_its_incident() -> None:
    assert isinstance(notice_of(BULLETIN), DrillNotice)
    assert isinstance(notice_of(replace(BULLETIN, incident_kind="actual")), ActualNotice)
    with pytest.raises(DrillWallError, match="of kind 'drill'"):
        ActualNotice(BULLETIN)
    with pytest.raises(DrillWallError, match="of kind 'actual'"):
        DrillNotice(replace(BULLETIN, incident_kind="actual"))
    with pytest.raises(DrillWallError, match="neither"):
        notice_of(replace(BULLETIN, incident_kind="exercise"))


def test_a_channel_for_floods_refuses_a_drill_when_it_runs() -> None:
    with pytest.raises(DrillWallError, match="nothing was sent"):
        admit(notice_of(BULLETIN), ActualNotice)
    with pytest.raises(DrillWallError, match="nothing was sent"):
        admit(notice_of(replace(BULLETIN, incident_kind="actual")), DrillNotice)


def test_every_part_of_a_drill_is_marked_once() -> None:
    texts = notice_of(BULLETIN).texts["ja"]
    assert all(text.startswith("【訓練】") for text in texts.values())
    again = notice_of(replace(BULLETIN, texts={"ja": texts})).texts["ja"]
    assert again == texts


def test_mypy_refuses_a_program_that_gives_a_drill_to_a_public_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    verdicts = {}
    for kind in ("ActualNotice", "DrillNotice"):
        program = tmp_path / f"{kind.lower()}_program.py"
        program.write_text(PROGRAM.format(kind=kind), encoding="utf-8")
        verdicts[kind] = api.run(
            ["--config-file", "pyproject.toml", "--follow-imports", "silent", str(program)]
        )
    assert verdicts["ActualNotice"][2] == 0, verdicts["ActualNotice"][0]
    assert verdicts["DrillNotice"][2] == 1
    assert 'has incompatible type "DrillNotice"; expected "ActualNotice"' in verdicts["DrillNotice"][0]

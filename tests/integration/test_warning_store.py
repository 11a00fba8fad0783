"""Official warnings on a real database: kept once, in force by the newest, told by the change feed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from alerts.warning import Statement, Telegram, TelegramError
from alerts.warning_store import Recorded, record_telegram
from geo.engine import connect
from geo.incident import open_incident
from geo.live_value import chronology_value, warning_value
from geo.queries import load

START = datetime(2026, 6, 2, tzinfo=UTC)


def telegram(
    hour: float, *statements: tuple[str, str, int], complete_from: int = 1, publisher: str = "徳島県"
) -> Telegram:
    return Telegram(
        source_id=f"{publisher}-{hour:g}",
        publisher=publisher,
        issued_at=START + timedelta(hours=hour),
        statements=tuple(Statement(*statement) for statement in statements),
        complete_from=complete_from,
    )


NIGHT = [
    telegram(1, ("徳島県", "強風", 2), complete_from=2),
    telegram(2, ("南部", "土砂災害", 3), ("徳島県", "暴風", 3), complete_from=3),
    telegram(3, ("南部", "土砂災害", 4), ("勝浦川水系勝浦川", "河川の氾濫", 4), complete_from=4),
    telegram(4, ("徳島県", "暴風", 3), complete_from=3),
]


class Desk:
    """A database with one incident, as a test sees it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.incident = open_incident(connection, slug="night", name="台風", kind="drill", opened_at=START).id

    def tell(self, told: Telegram, *, late: timedelta = timedelta(seconds=30)) -> Recorded:
        return record_telegram(self.connection, self.incident, told, received_at=told.issued_at + late)

    def rows(self, table: str) -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            return cursor.fetchall()

    def in_force(self) -> dict[str, int]:
        return {row["id"]: row["level"] for row in self.rows("warning_state") if row["level"] is not None}

    def picture(self) -> dict[tuple[str, str], Any]:
        """What a screen holds that followed the change feed by version."""
        held: dict[tuple[str, str], tuple[int, Any]] = {}
        for row in self.rows("change"):
            key = (row["kind"], row["object_id"])
            if row["version"] > held.get(key, (0, None))[0]:
                held[key] = (row["version"], row["value"])
        return {key: value for key, (_, value) in held.items() if value is not None}


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with connect(database_url, autocommit=True) as connection:
        yield Desk(connection)


def test_a_night_of_telegrams(desk: Desk) -> None:
    assert [desk.tell(told) for told in NIGHT] == [
        Recorded(kept=True, changed=1, entries=1),
        Recorded(kept=True, changed=2, entries=2),
        Recorded(kept=True, changed=2, entries=2),
        Recorded(kept=True, changed=3, entries=2),
    ]
    assert desk.in_force() == {"36:徳島県:暴風": 3}
    assert [row["source_id"] for row in desk.rows("warning_telegram")] == [one.source_id for one in NIGHT]
    entry = desk.rows("chronology")[1]
    assert entry["category"] == "warning"
    assert entry["text"] == "徳島県南部 レベル3土砂災害警報 発表"
    assert entry["event_at"] == NIGHT[1].issued_at


def test_a_screen_that_followed_holds_what_the_tables_hold(desk: Desk) -> None:
    for told in NIGHT:
        desk.tell(told)
    expected: dict[tuple[str, str], Any] = {
        ("warning", row["id"]): value
        for row in desk.rows("warning_state")
        if (value := warning_value(row)) is not None
    }
    expected |= {("chronology", str(row["id"])): chronology_value(row) for row in desk.rows("chronology")}
    assert desk.picture() == expected


def test_a_telegram_told_twice_does_nothing(desk: Desk) -> None:
    for told in NIGHT[:2]:
        desk.tell(told)
    before = desk.rows("warning_state"), desk.rows("chronology"), desk.rows("change")
    assert desk.tell(NIGHT[1]) == Recorded(kept=False, changed=0, entries=0)
    assert (desk.rows("warning_state"), desk.rows("chronology"), desk.rows("change")) == before


def test_an_old_telegram_arriving_late_is_kept_and_overwrites_nothing(desk: Desk) -> None:
    desk.tell(telegram(5, ("南部", "土砂災害", 2)))
    before = desk.rows("warning_state")
    assert desk.tell(NIGHT[2], late=timedelta(hours=3)) == Recorded(kept=True, changed=0, entries=0)
    assert desk.rows("warning_state") == before
    assert len(desk.rows("warning_telegram")) == 2
    assert len(desk.rows("chronology")) == 1


def test_whatever_the_order_of_arrival_the_same_is_in_force(desk: Desk) -> None:
    shuffled = [*NIGHT]
    random.Random(3).shuffle(shuffled)
    assert shuffled != NIGHT
    for told in shuffled:
        desk.tell(told, late=timedelta(hours=6))
    assert desk.in_force() == {"36:徳島県:暴風": 3}
    state = next(row for row in desk.rows("warning_state") if row["level"] is not None)
    assert state["source_id"] == NIGHT[3].source_id


def test_a_record_that_keeps_only_the_highest_levels_says_so_on_the_layer(desk: Desk) -> None:
    desk.tell(telegram(1, ("香川県", "土砂災害", 2), publisher="香川県"))
    desk.tell(NIGHT[2])
    rows = desk.connection.execute(load("dashboard", "api.sql")["layers"], {"incident": desk.incident})
    (layer,) = [row for row in rows if row[0] == "warning"]
    assert sorted(layer[3]) == ["徳島県（各電文の最も高いレベルのみの記録）", "香川県"]


def test_publishers_do_not_touch_each_other(desk: Desk) -> None:
    desk.tell(NIGHT[1])
    desk.tell(telegram(3, ("香川県", "土砂災害", 2), publisher="香川県"))
    desk.tell(telegram(4, publisher="香川県"))
    assert desk.in_force() == {"36:南部:土砂災害": 3, "36:徳島県:暴風": 3}


def test_a_telegram_from_the_future_is_refused_and_leaves_nothing(desk: Desk) -> None:
    with pytest.raises(TelegramError, match="after it arrived"):
        desk.tell(NIGHT[0], late=timedelta(hours=-1))
    assert desk.rows("warning_telegram") == []


def test_a_lifted_warning_issued_again_keeps_counting_its_versions(desk: Desk) -> None:
    desk.tell(telegram(1, ("南部", "高波", 2)))
    desk.tell(telegram(2))
    assert desk.in_force() == {}
    desk.tell(telegram(3, ("南部", "高波", 3)))
    assert [row["version"] for row in desk.rows("warning_state")] == [3]
    assert [row["code"] for row in desk.rows("chronology")] == [
        *("warning.issued", "warning.lifted", "warning.issued"),
    ]

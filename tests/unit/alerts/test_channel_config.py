"""The list of channels: every entry that cannot be used is named, and a demo stays on its machine."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.channels.carrier import Outcome
from alerts.channels.config import ChannelError, channels_from, read_channels
from alerts.channels.retry_after import retry_after_s
from alerts.delivery_policy import rules, verdict
from geo.settings import Settings

NOW = datetime(2026, 6, 2, 14, tzinfo=UTC)
MAIL: dict[str, Any] = {
    "name": "staff",
    "kind": "mail",
    "host": "smtp.example.jp",
    "from": "a@example.jp",
    "to": ["b@example.jp"],
}


def test_without_a_file_texts_are_exported_and_nothing_is_pushed(tmp_path: Path) -> None:
    channels = read_channels(Settings(installation="operational", state_dir=tmp_path))
    assert [it.kind for it in channels.listed] == ["l_alert", "cell_broadcast", "loudspeaker", "notice"]
    assert channels.push_contact is None
    assert channels.sender.id.endswith(".invalid")


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({"chanel": []}, "the file: chanel is not known"),
        ({"channel": 7}, "not a list of tables"),
        ({"channel": [{"kind": "mail"}]}, "channel 1 has no usable name"),
        ({"channel": [{"name": "push", "kind": "mail"}]}, "'push', which is taken"),
        ({"channel": [{"name": "x", "kind": "fax"}]}, "x: kind is 'fax'"),
        ({"channel": [{**MAIL, "colour": 1}]}, "staff: colour is not known"),
        ({"channel": [{**MAIL, "to": []}]}, "staff: to must list"),
        ({"channel": [{**MAIL, "to": ["b@example.jp\nBcc: c@example.jp"]}]}, "is not an address"),
        ({"channel": [{**MAIL, "areas": ["363"]}]}, "staff: areas"),
        ({"channel": [{**MAIL, "security": "ssl"}]}, "staff: security is 'ssl'"),
        ({"channel": [MAIL, MAIL]}, "two channels are called 'staff'"),
        ({"channel": [{**MAIL, "password_file": "none"}]}, "staff: password_file"),
        (
            {"channel": [{"name": "tv", "kind": "webhook", "url": "http://tv.example.jp"}]},
            "url must be https",
        ),
        ({"channel": [{"name": "tv", "kind": "webhook", "url": "https://tv.example.jp"}]}, "secret_file"),
        ({"sender": {"id": "a b"}}, "sender: id"),
        ({"sender": {"public_url": "javascript:x"}}, "public_url"),
        ({"push": {"contact": "a@example.jp"}}, "push: contact"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named(table: dict[str, Any], fault: str, tmp_path: Path) -> None:
    with pytest.raises(ChannelError, match=fault):
        channels_from(table, tmp_path, "operational")


def test_a_demo_stays_on_its_machine(tmp_path: Path) -> None:
    with pytest.raises(ChannelError, match="a drill stays on this machine"):
        channels_from({"channel": [MAIL]}, tmp_path, "demo")
    local = channels_from({"channel": [{**MAIL, "host": "127.0.0.1"}]}, tmp_path, "demo")
    assert local.serving("36301")[0].recipients == ("staff/b@example.jp",)


def test_waits_grow_with_jitter_and_end() -> None:
    source = random.Random(1)
    failed = Outcome(result="failed", fault="x says 503")
    waits = []
    for attempt in range(1, rules()["retry"]["attempts"]):
        found = verdict(failed, attempts=attempt, now=NOW, source=source)
        assert found.state == "failed"
        assert found.next_at is not None
        waits.append((found.next_at - NOW).total_seconds())
    for attempt, wait_s in enumerate(waits):
        assert 0.5 <= wait_s / min(600, 5 * 2**attempt) <= 1
    last = verdict(failed, attempts=rules()["retry"]["attempts"], now=NOW, source=source)
    assert (last.state, last.next_at, last.fault) == (
        "given_up",
        None,
        f"x says 503 ({rules()['retry']['attempts']} attempts)",
    )
    asked = verdict(Outcome(result="failed", retry_after_s=9e9), attempts=1, now=NOW, source=source)
    assert asked.next_at is not None
    assert (asked.next_at - NOW).total_seconds() == 3600
    assert verdict(Outcome(result="gone"), attempts=1, now=NOW, source=source).gone


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": "Tue, 02 Jun 2026 14:01:00 GMT", "Date": "Tue, 02 Jun 2026 14:00:00 GMT"}, 60.0),
        ({"Retry-After": "Tue, 02 Jun 2026 13:00:00 GMT", "Date": "Tue, 02 Jun 2026 14:00:00 GMT"}, 0.0),
        ({"Retry-After": "Tue, 02 Jun 2026 14:01:00 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_the_other_sides_wish_is_read(headers: dict[str, str], wait_s: float | None) -> None:
    assert retry_after_s(httpx.Response(429, headers=headers)) == wait_s

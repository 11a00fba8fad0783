"""Channels are tried without telling anybody anything, and the example of the list can be used."""

from __future__ import annotations

import hashlib
import hmac
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from alerts.channels.config import Channel, channels_from
from alerts.channels.probe import probe, standing
from ops.channel_commands import channel_app
from tests.integration.alerts.receivers import http_simulator, mail_simulator

NOW = datetime(2026, 6, 2, 14, tzinfo=UTC)
SECRET = b"a secret of the television"


def listed(tmp_path: Path, **entry: Any) -> Channel:
    return channels_from({"channel": [{"name": "x", **entry}]}, tmp_path, "operational").listed[0]


def wall() -> datetime:
    return NOW


def test_a_mail_server_is_greeted_and_gets_no_mail(tmp_path: Path) -> None:
    entry = {"kind": "mail", "host": "127.0.0.1", "from": "a@example.jp", "to": ["b@example.jp"]}
    with mail_simulator() as mail:
        channel = listed(tmp_path, **entry, port=mail.port, security="none")
        assert probe(channel, wall).result == "accepted"
        assert mail.taken == []
    gone = probe(channel, wall)
    assert gone.result == "failed"
    assert "127.0.0.1" in str(gone.fault)


def test_a_webhook_is_rung_with_its_signature(tmp_path: Path) -> None:
    (tmp_path / "tv.secret").write_bytes(SECRET)
    with http_simulator() as http:
        channel = listed(tmp_path, kind="webhook", url=f"{http.address}/tv", secret_file="tv.secret")
        assert probe(channel, wall).result == "accepted"
        [request] = http.at("/tv")
        signed = request.headers["Sonae-Timestamp"].encode() + b"." + request.body
        digest = hmac.new(SECRET, signed, hashlib.sha256).hexdigest()
        assert request.headers["Sonae-Signature"] == f"v1={digest}"
        assert request.body == b'{"type": "test"}'
        http.answers["/tv"] = [(403, {})]
        assert probe(channel, wall).fault == "answered 403"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    channel = listed(tmp_path, kind="notice")
    assert probe(channel, wall).result == "accepted"
    assert list((tmp_path / "outgoing").iterdir()) == []
    (tmp_path / "taken").write_text("a file, not a folder")
    blocked = probe(listed(tmp_path, kind="loudspeaker", folder="taken"), wall)
    assert blocked.result == "failed"
    assert "taken" in str(blocked.fault)


def test_the_example_can_be_used_and_shows_no_secret(tmp_path: Path) -> None:
    shown = CliRunner().invoke(channel_app, ["example"])
    table = tomllib.loads(shown.stdout)
    (tmp_path / "smtp.password").write_text("the password")
    (tmp_path / "tv.secret").write_bytes(SECRET)
    channels = channels_from(table, tmp_path, "operational")
    rows = standing(channels)
    assert [row["kind"] for row in rows[2:]] == [channel.kind for channel in channels.listed]
    assert "the password" not in str(rows)
    assert "television" not in str(rows)


def test_the_command_lists_tries_and_names_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONAE_STATE_DIR", str(tmp_path))
    run = CliRunner().invoke
    assert '"kind": "l_alert"' in run(channel_app, ["list", "--json"]).stdout
    tried = run(channel_app, ["test", "防災行政無線"])
    assert (tried.exit_code, tried.stdout) == (0, "防災行政無線: would carry\n")
    unknown = run(channel_app, ["test", "radio"])
    assert "there is no channel 'radio'" in str(unknown.exception)
    (tmp_path / "channels.toml").write_text("channel = 7")
    assert "channels.toml: channel is not a list" in str(run(channel_app, ["list"]).exception)

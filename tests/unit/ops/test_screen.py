from __future__ import annotations

from typing import Any

import pytest

from ops.screen import FollowingScreen, ScreenError, sign_in
from ops.servers.broker import free_port


def snapshot(**objects: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "snapshot", "position": "1:1", "objects": objects}


def delta(*changes: tuple[str, str, int, Any]) -> dict[str, Any]:
    names = ("kind", "id", "v", "value")
    return {"type": "delta", "changes": [dict(zip(names, change, strict=True)) for change in changes]}


@pytest.fixture
def screen() -> FollowingScreen:
    found = FollowingScreen("127.0.0.1", 1, "cookie=x")
    found._take(snapshot(gauge=[{"id": "a", "v": 3, "value": {"level_m": 1}}], warning=[]))
    return found


def test_a_newer_version_replaces_and_an_older_one_does_not(screen: FollowingScreen) -> None:
    screen._take(delta(("gauge", "a", 5, {"level_m": 2}), ("gauge", "a", 4, {"level_m": 9})))
    assert screen.picture["gauge"] == {"a": (5, {"level_m": 2})}


def test_what_is_gone_is_not_brought_back_by_an_older_change(screen: FollowingScreen) -> None:
    screen._take(delta(("warning", "w", 2, None)))
    screen._take(delta(("warning", "w", 1, {"level": 4})))
    assert screen.picture["warning"] == {}
    screen._take(delta(("warning", "w", 3, {"level": 3})))
    assert screen.picture["warning"] == {"w": (3, {"level": 3})}


def test_a_new_picture_replaces_everything(screen: FollowingScreen) -> None:
    screen._take(snapshot(gauge=[{"id": "b", "v": 1, "value": {}}]))
    assert screen.picture == {"gauge": {"b": (1, {})}}
    assert screen.messages["snapshot"] == 2


def test_a_dashboard_that_does_not_answer_is_named() -> None:
    port = free_port()
    with pytest.raises(ScreenError, match=f"127.0.0.1:{port} does not answer"):
        sign_in("127.0.0.1", port, "officer", "secret")

"""What the channels would say of a draft, seen at the desk before anybody signs."""

from __future__ import annotations

from typing import Any

from dashboard.account import Role, grant_roles
from geo.engine import connect

TOWN = "36368"
DRAFT = {
    "area": TOWN,
    "level": 4,
    "hazard": "flood",
    "reason": "那賀川の水位が氾濫危険水位に達する見込み",
    "districts": [{"code": "和食", "name": "和食"}],
}


def test_a_draft_shows_the_words_of_every_channel_and_its_notice(served: Any) -> None:
    with connect(served.house.url) as connection:
        grant_roles(connection, "officer", [Role(name="municipal_officer", area_code=TOWN)])
        connection.execute(
            "INSERT INTO push_subscription (endpoint, p256dh, auth, areas, language)"
            " VALUES ('x', 'x', 'x', %s, 'ja')",
            [[TOWN]],
        )
    with served.browser("officer") as browser:
        order = browser.post("/api/orders", json=DRAFT).json()["id"]
        told = browser.get(f"/api/orders/{order}/revisions/1/preview").json()
        by_name = {it["channel"]: it for it in told["channels"]}
        assert told["drill"] is True
        assert told["status"] == "Exercise"
        assert by_name["cell_broadcast"]["title"] == "訓練 警戒レベル4避難指示"
        assert "【訓練】" in by_name["cap"]["text"]
        assert by_name["push"]["recipients"] == 1
        assert by_name["mail"]["recipients"] == 0
        assert {it["text_en"] for it in by_name["loudspeaker"]["findings"]} >= {"no reading known: 和食"}
        assert [it["kind"] for it in told["goes_to"]] == [
            "l_alert",
            "cell_broadcast",
            "loudspeaker",
            "notice",
        ]
        page = browser.get(f"/api/orders/{order}/revisions/1/notice.pdf")
        assert page.headers["Content-Type"] == "application/pdf"
        assert page.content.startswith(b"%PDF-")
        assert browser.get(f"/api/orders/{order}/revisions/7/preview").status_code == 404
    with served.browser(None) as stranger:
        assert stranger.get(f"/api/orders/{order}/revisions/1/preview").status_code == 401

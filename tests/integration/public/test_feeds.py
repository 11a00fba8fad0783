"""The CAP feed of the public face, and readers who open and confirm what they were sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from lxml import etree

from alerts import delivery_store as store
from alerts.cap_feed import ATOM
from alerts.cap_message import check
from alerts.channels.config import channels_from
from geo.clock import wall_now
from geo.incident import find_incident
from tests.integration.public.conftest import AREA, Face, facing, issue_order


def published(face: Face) -> dict[str, Any]:
    """Publish an order of a drill with one e-mail; return its publication and the mail's token."""
    order = issue_order(face.house)
    channels = channels_from(
        {
            "channel": [
                {
                    "name": "staff",
                    "kind": "mail",
                    "host": "127.0.0.1",
                    "from": "a@example.jp",
                    "to": ["b@example.jp"],
                    "security": "none",
                }
            ]
        },
        face.public.parts.settings.state_dir,
        "demo",
    )
    with face.house.connection() as connection:
        incident = find_incident(connection)
        with connection.transaction(), connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            store.publish(cursor, incident, order, 1, channels=channels, wall=wall_now())
            row = cursor.execute(
                "SELECT p.identifier, d.token::text AS token FROM publication p"
                " JOIN delivery d ON d.publication_id = p.id WHERE d.channel = 'mail'"
            ).fetchone()
    assert row is not None
    return row


def state(face: Face, token: str) -> tuple[str, bool]:
    with face.house.connection() as connection:
        row = connection.execute(
            "SELECT d.state, p.counted FROM delivery d JOIN publication p ON p.id = d.publication_id"
            " WHERE token = %s",
            [token],
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def test_the_feed_names_a_message_that_any_cache_may_keep(face: Face) -> None:
    row = published(face)
    answer = face.get("/feeds/cap.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    assert "Set-Cookie" not in answer.headers
    root = etree.fromstring(answer.content)
    [link] = [node.get("href") for node in root.iter(f"{{{ATOM}}}link") if node.get("rel") == "alternate"]
    assert str(link).endswith(f"/feeds/cap/{row['identifier']}.xml")
    assert face.get("/feeds/cap.atom", **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    message = face.get(urlsplit(str(link)).path)
    assert message.headers["Content-Type"] == "application/cap+xml; charset=utf-8"
    check(message.content)
    assert b"<status>Exercise</status>" in message.content
    mine, other = (face.get(f"/feeds/cap.atom?area={code}").content for code in (AREA, "36368"))
    assert row["identifier"].encode() in mine
    assert row["identifier"].encode() not in other
    assert face.get("/feeds/cap.atom?area=x").status_code == 400
    assert face.get("/feeds/cap/none.xml").status_code == 404


def test_an_operational_face_serves_no_message_of_a_drill(face: Face, tmp_path: Path) -> None:
    row = published(face)
    with facing(face.house, tmp_path / "operational", installation="operational") as operational:
        assert operational.get(f"/feeds/cap/{row['identifier']}.xml").status_code == 404
        assert row["identifier"].encode() not in operational.get("/feeds/cap.atom").content


def test_who_opens_and_confirms_is_counted(face: Face) -> None:
    token = published(face)["token"]
    page = face.get(f"/told/{token}")
    assert page.headers["Cache-Control"] == "no-store"
    assert "【訓練】避難してください" in page.text
    assert f'action="/told/{token}/acknowledged"' in page.text
    assert state(face, token) == ("opened", False)
    assert face.post(f"/told/{token}/acknowledged").status_code == 200
    assert face.post(f"/told/{token}/opened").status_code == 204
    assert state(face, token) == ("acknowledged", False)
    assert "確認済み" in face.get(f"/told/{token}").text
    assert face.get("/told/00000000-0000-0000-0000-000000000000").status_code == 404
    assert face.get("/told/not-a-token").status_code in (400, 422)

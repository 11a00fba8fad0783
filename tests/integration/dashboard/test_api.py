from __future__ import annotations

import csv
import gzip
import io
import struct
from collections.abc import Iterator
from typing import Any

from sensors.flags import Reason

READINGS = """
INSERT INTO reading (gauge_id, observed_at, key, incident_id, received_at, level_m, flag, reasons, source)
VALUES ('g1', %s, %s, %s, %s, %s, %s, %s, 'test')
"""


def write_readings(house: Any) -> None:
    from datetime import UTC, datetime, timedelta

    from geo.partition import ensure_months

    with house.connection() as connection, connection.cursor() as cursor:
        ensure_months(cursor, [(2026, 6)])
        for number in range(5):
            at = datetime(2026, 6, 2, 12 + number, tzinfo=UTC)
            level_m = None if number == 4 else 5.0 + number
            flag = 9 if number == 4 else 1
            row = (at, f"k{number}", house.incident_id, at + timedelta(seconds=4), level_m, flag, 0)
            cursor.execute(READINGS, row)
        for flag, reason in ((3, Reason.JUMP), (4, Reason.BOX)):
            cursor.execute(
                "INSERT INTO reading_verdict (gauge_id, observed_at, decided_at, flag, reasons)"
                " VALUES ('g1', %s, now(), %s, %s)",
                (datetime(2026, 6, 2, 13, tzinfo=UTC), flag, int(reason)),
            )


def test_readings_with_the_verdict_that_holds(served: Any) -> None:
    write_readings(served.house)
    with served.browser() as browser:
        query = {"from": "2026-06-02T21:30:00+09:00", "to": "2026-06-03T02:00:00+09:00"}
        told = browser.get("/api/gauges/g1/readings", params=query).json()
        assert told["gauge"]["name"] == "橋1"
        assert [reading["at"] for reading in told["readings"]] == [
            f"2026-06-02T{hour}:00:00Z" for hour in (13, 14, 15, 16)
        ]
        assert [reading["flag"] for reading in told["readings"]] == [4, 1, 1, 9]
        assert told["readings"][0]["reasons"] == ["box"]
        assert told["readings"][0]["level_m"] == 6.0
        assert told["readings"][-1]["level_m"] is None
        assert told["truncated"] is False


def test_readings_of_another_incident_stay_apart(served: Any) -> None:
    write_readings(served.house)
    with served.house.connection() as connection:
        connection.execute("UPDATE reading SET incident_id = 999")
    with served.browser() as browser:
        query = {"from": "2026-06-01T00:00:00Z", "to": "2026-06-04T00:00:00Z"}
        assert browser.get("/api/gauges/g1/readings", params=query).json()["readings"] == []


def test_readings_refuse_nonsense_by_name(served: Any) -> None:
    with served.browser() as browser:
        assert browser.get("/api/gauges/none/readings").status_code == 404
        assert browser.get("/api/gauges/a%00b/readings").status_code == 404
        for query, culprit in (
            ({"from": "yesterday"}, "from"),
            ({"to": "2026-06-03T00:00:00"}, "to"),
            ({"from": "2026-06-03T00:00:00Z", "to": "2026-06-02T00:00:00Z"}, "after"),
        ):
            answer = browser.get("/api/gauges/g1/readings", params=query)
            assert (answer.status_code, answer.json()["error"]) == (422, "bad-input")
            assert culprit in answer.json()["detail"]


def test_a_note_is_written_shown_audited_and_listed(served: Any) -> None:
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        event_at = "2026-06-03T01:40:00+09:00"
        note = browser.post("/api/chronology", json={"text": " 堤防を巡視 ", "event_at": event_at}).json()
        assert (note["text"], note["category"], note["author"]) == ("堤防を巡視", "note", "name of officer")
        assert note["event_at"] == "2026-06-02T16:40:00Z"
        assert note["automatic"] is False
        key = ("chronology", str(note["id"]))
        screen.until(lambda it: key in it.picture)
        assert screen.picture[key] == note
        assert browser.get("/api/chronology").json()["entries"] == [note]
        snapshot = browser.get("/api/snapshot").json()
        assert snapshot["objects"]["chronology"][0]["value"] == note
        with served.house.connection() as connection:
            row = connection.execute(
                "SELECT object_id FROM audit WHERE action = 'chronology.note'"
            ).fetchone()
        assert row == (str(note["id"]),)


def test_notes_refuse_nonsense(served: Any) -> None:
    with served.browser() as browser:
        for body, culprit in (
            ({}, "text"),
            ({"text": "   "}, "blank"),
            ({"text": "x" * 2001}, "text"),
            ({"text": "a\0b"}, "NUL"),
            ({"text": "x", "event_at": "2999-01-01T00:00:00Z"}, "future"),
            ({"text": "x", "event_at": "soon"}, "event_at"),
        ):
            answer = browser.post("/api/chronology", json=body)
            assert answer.status_code == 422, body
            assert culprit in answer.json()["detail"]
        assert browser.get("/api/chronology").json() == {"entries": []}


def test_a_note_needs_an_open_incident(served: Any) -> None:
    with served.house.connection() as connection:
        connection.execute("UPDATE incident SET closed_at = now()")
    with served.browser() as browser:
        answer = browser.post("/api/chronology", json={"text": "x"})
        assert (answer.status_code, answer.json()["error"]) == (409, "no-incident")
        assert browser.get("/api/snapshot").json()["objects"]["incident"] == []


def test_chronology_pages_and_filters(served: Any) -> None:
    with served.house.connection() as connection:
        connection.execute(
            "INSERT INTO chronology (incident_id, event_at, category, severity, code, params, text, text_en)"
            " SELECT %s, now(), CASE n %% 2 WHEN 0 THEN 'level' ELSE 'quality' END, 0, 'x', '{}',"
            " '出来事' || n, 'event' FROM generate_series(1, 2500) n",
            (served.house.incident_id,),
        )
    with served.browser() as browser:
        first = browser.get("/api/chronology?limit=3").json()["entries"]
        assert [entry["text"] for entry in first] == ["出来事2500", "出来事2499", "出来事2498"]
        older = browser.get(f"/api/chronology?limit=2&before={first[-1]['id']}").json()["entries"]
        assert [entry["text"] for entry in older] == ["出来事2497", "出来事2496"]
        levels = browser.get("/api/chronology?limit=3&category=level").json()["entries"]
        assert {entry["category"] for entry in levels} == {"level"}
        assert browser.get("/api/chronology?limit=0").status_code == 422
        snapshot = browser.get("/api/snapshot").json()["objects"]["chronology"]
        assert len(snapshot) == 200
        assert snapshot[-1]["value"]["text"] == "出来事2500"
        answer = browser.get("/api/chronology.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][1] == "発生時刻(JST)"
    assert len(rows) == 2501
    assert len({row[0] for row in rows[1:]}) == 2500


def test_refuges_are_found(served: Any) -> None:
    with served.browser() as browser:

        def found(**query: Any) -> tuple[list[str], int]:
            told = browser.get("/api/refuges", params=query).json()
            return [refuge["id"] for refuge in told["refuges"]], told["total"]

        assert found(kind="shelter") == (["h1"], 1)
        assert found(hazard="flood") == (["s1"], 1)
        assert found(q="中央") == (["s1", "h1"], 2)
        assert found(q="チュウオウ") == (["s1"], 1)
        assert found(q="0%") == (["s2"], 1)
        assert found(q="%") == (["s2"], 1)
        assert found(bbox="134.365,34.07,134.4,34.1") == (["s2"], 1)
        assert found(limit=1)[1] == 3
        assert found(q="どこにもない") == ([], 0)
        site = browser.get("/api/refuges?hazard=earthquake").json()["refuges"][0]
        assert site == {
            "kind": "site",
            "id": "s1",
            "name": "中央公園",
            "address": "鴨島町1",
            "area": "36205",
            "lon": 134.36,
            "lat": 34.07,
            "hazards": ["flood", "earthquake"],
            "capacity": 300,
            "notes": None,
            "source": "test",
        }
        for query in ({"hazard": "war"}, {"kind": "castle"}, {"bbox": "1,2"}, {"limit": 99999}, {"q": "a\0"}):
            assert browser.get("/api/refuges", params=query).status_code == 422, query


def test_quarantine_and_its_total_in_the_snapshot(served: Any) -> None:
    with served.house.connection() as connection:
        connection.execute(
            "INSERT INTO quarantine (digest, topic, payload, size_bytes, adapter, error_code, detail, count,"
            " first_received_at, last_received_at) VALUES"
            " ('a', 't/1', 'x', 1, 'own', 'not-json', 'no', 10, now(), '2026-06-02T12:00Z'),"
            " ('b', 't/2', 'y', 9, 'own', 'bad-time', 'no', 2, now(), '2026-06-02T13:00Z')"
        )
    with served.browser() as browser:
        items = browser.get("/api/quarantine?limit=1").json()["items"]
        assert len(items) == 1
        assert (items[0]["topic"], items[0]["count"], items[0]["size"]) == ("t/2", 2, 9)
        assert items[0]["received_at"] == "2026-06-02T13:00:00Z"
        (total,) = browser.get("/api/snapshot").json()["objects"]["quarantine"]
    assert total["v"] == 12
    assert total["value"] == {
        "total": 12,
        "latest_at": "2026-06-02T13:00:00Z",
        "reasons": {"bad-time": 2, "not-json": 10},
    }


def test_rules_of_depth_and_kinds_of_facilities(served: Any) -> None:
    with served.browser() as browser:
        depth = browser.get("/api/rules/depth-classes").json()
        assert [entry["from_m"] for entry in depth["classes"]] == [0.05, 0.3, 0.5, 1, 3, 5, 10, 20]
        assert (depth["limits"]["car_m"], depth["verified"]) == (0.3, False)
        kinds = browser.get("/api/rules/facility-kinds").json()
        assert {"kind": "underpass", "ja": "アンダーパス", "en": "Underpass"} in kinds["kinds"]


def test_layers_tell_age_source_and_licence(served: Any) -> None:
    served.house.level("g1", 5.0)
    with served.browser() as browser:
        layers = {layer["layer"]: layer for layer in browser.get("/api/layers").json()}
    assert set(layers) == {
        *("gauge", "warning", "area", "site", "shelter", "chronology", "people", "facility", "road"),
        "camera",
    }
    assert (layers["people"]["count"], layers["people"]["newest_at"]) == (1, "2026-02-01T00:00:00Z")
    assert layers["people"]["source"] == "試験（合成）"
    assert layers["road"]["count"] == 0
    assert layers["gauge"]["newest_at"] is not None
    assert (layers["gauge"]["count"], layers["area"]["count"], layers["area"]["newest_at"]) == (6, 2, None)
    assert layers["site"]["source"] == "test"
    assert layers["site"]["licence"]


def test_health_names_each_fault(served: Any) -> None:
    with served.browser(None) as browser:
        answer = browser.get("/health")
        assert answer.status_code == 503
        assert answer.json()["faults"] == ["ingest: has never been seen"]
        beat = (
            "INSERT INTO service (id, started_at, seen_at, state, detail)"
            " VALUES ('ingest', now(), now() - interval '%s s', 'up', '{}')"
            " ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at"
        )
        with served.house.connection() as connection:
            connection.execute(beat % 60)
        assert "not seen for 60 s" in browser.get("/health").json()["faults"][0]
        with served.house.connection() as connection:
            connection.execute(beat % 1)
        answer = browser.get("/health")
        assert (answer.status_code, answer.json()["status"], answer.json()["database"]) == (200, "ok", "up")
        with served.house.connection() as connection:
            connection.execute("UPDATE alembic_version SET version_num = '0000'")
        assert "run './sonae migrate'" in browser.get("/health").json()["faults"][0]


def test_static_files_and_pages(served: Any) -> None:
    with served.browser() as browser:
        page = browser.get("/").text
        assert "{version}" not in page
        address = page.split('<script type="module" src="')[1].split('"')[0]
        module = browser.get(address)
        assert module.status_code == 200
        assert module.headers["content-type"].startswith("text/javascript")
        assert "immutable" in module.headers["cache-control"]
        version = address.split("/")[2]
        for path in ("../app.py", "%2e%2e/app.py", "..%2fapp.py", "style/../../app.py", "/etc/passwd"):
            assert browser.get(f"/static/{version}/{path}").status_code == 404, path
        assert "reload" in browser.get(address.replace(version, "0" * 16)).json()["detail"]


def test_tiles_hold_what_lies_in_them(served: Any) -> None:
    with served.browser() as browser:
        # zoom 8, x 223, y 102 covers 133.6–135.0° E, 33.1–34.3° N
        areas = browser.get("/tiles/areas/8/223/102.mvt")
        assert areas.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        assert areas.headers["content-encoding"] == "gzip"
        layer = decode_layer(areas.content)
        assert layer["name"] == "areas"
        assert sorted(feature["code"] for feature in layer["features"]) == ["36205", "36368"]
        refuges = decode_layer(browser.get("/tiles/refuges/8/223/102.mvt").content)
        assert {(it["kind"], it["id"], it["hazards"]) for it in refuges["features"]} == {
            ("site", "s1", "flood,earthquake"),
            ("site", "s2", "landslide"),
            ("shelter", "h1", ""),
        }
        facilities = decode_layer(browser.get("/tiles/facilities/8/223/102.mvt").content)
        assert [(it["kind"], it["id"], it["name"]) for it in facilities["features"]] == [
            ("care_home", "f1", "丘の家")
        ]
        assert browser.get("/tiles/areas/8/0/0.mvt").content == b""
        again = browser.get("/tiles/areas/8/223/102.mvt", headers={"If-None-Match": areas.headers["etag"]})
        assert again.status_code == 304
        assert browser.get("/tiles/rivers/8/223/102.mvt").status_code == 404
        for numbers in ("30/0/0", "8/256/0", "8/-1/0", "8/x/0"):
            assert browser.get(f"/tiles/areas/{numbers}.mvt").status_code == 422, numbers


def test_a_tile_that_was_packed_unpacks_to_what_was_made(served: Any) -> None:
    with served.browser() as browser:
        with browser.stream("GET", "/tiles/areas/8/223/102.mvt") as answer:
            raw = b"".join(answer.iter_raw())
        assert decode_layer(gzip.decompress(raw))["name"] == "areas"


def decode_layer(tile: bytes) -> dict[str, Any]:
    """Return name and features' properties of a one-layer tile (Mapbox Vector Tile 2.1, 4)."""
    (layer,) = [value for field, value in _fields(tile) if field == 3]
    name, keys, values, features = "", [], [], []
    for field, value in _fields(layer):
        if field == 1:
            name = value.decode()
        elif field == 2:
            features.append(value)
        elif field == 3:
            keys.append(value.decode())
        elif field == 4:
            values.append(next(text.decode() for kind, text in _fields(value) if kind == 1))
    told = []
    for feature in features:
        tags = _varints(next(value for field, value in _fields(feature) if field == 2))
        told.append({keys[key]: values[value] for key, value in zip(tags[::2], tags[1::2], strict=True)})
    return {"name": name, "features": told}


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        if tag & 7 == 0:
            value, at = _varint(message, at)
            yield tag >> 3, value
        elif tag & 7 == 2:
            length, at = _varint(message, at)
            yield tag >> 3, message[at : at + length]
            at += length
        else:
            yield tag >> 3, struct.unpack_from("<d", message, at)[0]
            at += 8


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _varints(packed: bytes) -> list[int]:
    found, at = [], 0
    while at < len(packed):
        value, at = _varint(packed, at)
        found.append(value)
    return found

"""The chronology: filtered, corrected by new rows, out as a file and in again."""

from __future__ import annotations

from typing import Any

from geo.engine import connect

FOREIGN = (
    "日時,内容,記入者\n2026-06-02 20:00,那賀町役場に電話,山田\n2026-06-02 20:05,堤防を巡視,\nいつか,x,\n"
)


def texts(browser: Any, **query: Any) -> list[str]:
    answer = browser.get("/api/chronology", params=query)
    assert answer.status_code == 200, answer.text
    return [entry["text"] for entry in answer.json()["entries"]]


def test_a_file_goes_out_and_in_and_adds_nothing_twice(served: Any) -> None:
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        token = {"Content-Type": "text/csv"}
        taken = browser.post(
            "/api/chronology/import?origin=町.csv", content=FOREIGN.encode("cp932"), headers=token
        ).json()
        assert (taken["added"], taken["known"]) == (2, 0)
        assert [fault["line"] for fault in taken["faults"]] == [4]
        screen.until(lambda it: len([key for key in it.picture if key[0] == "chronology"]) == 2)
        entry = browser.get("/api/chronology").json()["entries"][1]
        assert (entry["code"], entry["params"]["origin"], entry["params"]["author"]) == (
            "import",
            "町.csv",
            "山田",
        )
        assert (entry["author"], entry["event_at"]) == ("name of officer", "2026-06-02T11:00:00Z")
        note = {"text": "=危険", "event_at": "2026-06-02T11:30:00Z"}
        assert browser.post("/api/chronology", json=note).status_code == 201
        for data in (FOREIGN.encode(), browser.get("/api/chronology.csv").content):
            again = browser.post("/api/chronology/import?origin=再.csv", content=data, headers=token).json()
            assert again["added"] == 0, again
        assert len(texts(browser)) == 3
        bad = browser.post("/api/chronology/import?origin=x", content=b"a,b", headers=token)
        assert (bad.status_code, bad.json()["error"]) == (422, "bad-input")
    with served.browser("medic") as medic:
        assert medic.post("/api/chronology/import?origin=x", content=b"", headers=token).status_code == 403


def test_a_correction_is_a_new_row(served: Any) -> None:
    with served.browser() as browser:
        first = browser.post("/api/chronology", json={"text": "避難者 20人"}).json()
        asked = {"text": "避難者 200人", "corrects_id": first["id"]}
        second = browser.post("/api/chronology", json=asked).json()
        assert (second["corrects_id"], second["code"], second["category"]) == (
            first["id"],
            "correction",
            "note",
        )
        assert second["event_at"] == first["event_at"]
        entries = browser.get("/api/chronology").json()["entries"]
        assert [entry.get("corrected_by") for entry in entries] == [None, second["id"]]
        assert entries[1]["text"] == "避難者 20人", "what was written stays"
        assert browser.post("/api/chronology", json=asked).status_code == 409
        assert browser.post("/api/chronology", json={**asked, "corrects_id": 999}).status_code == 404


def test_entries_are_filtered(served: Any) -> None:
    house = served.house
    with connect(house.url) as connection:
        connection.execute(
            "INSERT INTO chronology (incident_id, event_at, category, object_kind, object_id, severity, code,"
            " params, text, text_en) VALUES"
            " (%(i)s, '2026-06-02T01:00Z', 'level', 'gauge', 'g1', 1, 'x', '{}', '橋1 上昇', 'rising 100%%'),"
            " (%(i)s, '2026-06-02T02:00Z', 'order', 'order', '1', 1, 'x', %(area)s, '発令', 'o'),"
            " (%(i)s, '2026-06-02T03:00Z', 'note', NULL, NULL, 0, 'note', '{}', '那賀町に電話', 'call')",
            {"i": house.incident_id, "area": '{"area": "36368"}'},
        )
    with served.browser() as browser:
        assert texts(browser, category="level,note") == ["那賀町に電話", "橋1 上昇"]
        assert texts(browser, q="上昇") == ["橋1 上昇"]
        assert texts(browser, q="100%") == ["橋1 上昇"]
        assert texts(browser, place="36368") == ["那賀町に電話", "発令"]
        assert texts(browser, place="36205") == ["橋1 上昇"]
        assert texts(browser, **{"from": "2026-06-02T01:30:00Z", "to": "2026-06-02T02:30:00Z"}) == ["発令"]
        lines = browser.get("/api/chronology.csv", params={"place": "36368"}).text.splitlines()
        assert len(lines) == 3
        for query in ({"from": "gestern"}, {"place": "x"}):
            assert browser.get("/api/chronology", params=query).status_code == 422

"""Calls for help: from the tablet to the board and back, in whatever order they come."""

from __future__ import annotations

from typing import Any


def said_of(centre: Any) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = centre.shelter()["aids"]
    return calls


def test_a_call_is_seen_sent_and_ended_and_enters_the_chronology(centre: Any) -> None:
    with centre.tablet("t-1") as tablet, centre.browser("officer") as officer:
        asked = {"aid": "A1", "state": "asked", "need": "rescue", "people": 3, "place": "2階"}
        tablet.act("aid", asked)
        tablet.sync()
        (call,) = said_of(centre)
        assert (call["need"], call["state"], call["open"], call["people"]) == ("rescue", "asked", True, 3)
        reported_at = centre.shelter()["reported_at"]
        for state, answer in (("seen", None), ("on-the-way", "消防 2班")):
            value = {"aid": "A1", "state": state} | ({"answer": answer} if answer else {})
            answer = officer.post(
                "/api/shelters/h1/operations", json={"operations": [{"kind": "aid", "value": value}]}
            )
            assert answer.json()["results"][0]["result"] == "accepted"
        (call,) = said_of(centre)
        assert (call["state"], call["answer"]) == ("on-the-way", "消防 2班")
        # What the centre answers is no word of the shelter.
        assert centre.shelter()["reported_at"] == reported_at
        assert tablet.bundle()["rules"]["aid"]["needs"][0]["need"] == "rescue"
        tablet.act("aid", {"aid": "A1", "state": "done"})
        tablet.sync()
        assert [(call["state"], call["open"]) for call in said_of(centre)] == [("done", False)]
        with centre.connection() as connection:
            codes = connection.execute(
                "SELECT code, text FROM chronology WHERE incident_id = %s AND code LIKE 'aid.%%' ORDER BY id",
                (centre.incident_id,),
            ).fetchall()
    assert [code for code, _ in codes] == ["aid.asked", "aid.on-the-way", "aid.done"]
    assert codes[0][1] == "避難所 中央小学校 救助を要請"
    assert codes[1][1] == "避難所 中央小学校 救助が向かっています（消防 2班）"


def test_a_withdrawal_that_comes_late_does_not_hide_that_help_came(centre: Any) -> None:
    # Both say that their clocks are right; the first spoke five seconds earlier.
    with centre.tablet("t-1", offset_ms=-5000) as one, centre.tablet("t-2") as two:
        one.act("aid", {"aid": "A2", "state": "asked", "need": "doctor"}, offset_ms=0)
        withdrawn = one.act("aid", {"aid": "A2", "state": "cancelled"}, offset_ms=0)
        two.act("aid", {"aid": "A2", "state": "done"}, offset_ms=0)
        two.sync()
        assert said_of(centre)[0]["state"] == "done"
        one.sync()
        one.post([withdrawn])
        (call,) = said_of(centre)
        assert (call["need"], call["state"], call["flags"]) == ("doctor", "done", ["after-end"])
        refused = one.post([one.act("aid", {"aid": "A3", "state": "asked", "people": -1})])
        assert refused["results"][0]["reason"] == "malformed"

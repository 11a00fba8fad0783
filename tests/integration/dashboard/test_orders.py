"""The order desk through its API: two people, one digest, the right office, and everything written down."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from alerts.proposal_store import put
from dashboard.account import Role, grant_roles
from geo.engine import connect

TOWN, OTHER = "36368", "36205"
PEOPLE = {
    "clerk": [Role(name="municipal_officer", area_code=TOWN)],
    "mayor": [Role(name="municipal_approver", area_code=TOWN)],
    "deputy": [Role(name="municipal_approver", area_code=TOWN)],
    "stranger": [Role(name="municipal_approver", area_code=OTHER)],
    "chief": [Role(name="approver")],
}
DRAFT = {
    "area": TOWN,
    "level": 4,
    "hazard": "flood",
    "reason": "那賀川の水位が氾濫危険水位に達する見込み",
    "reason_en": "The Naka is expected over danger",
    "districts": [{"code": "和食", "name": "和食"}],
}


class Town:
    """People at their screens; each act is asserted to be answered as `status`."""

    def __init__(self, served: Any, stack: ExitStack) -> None:
        self._served, self._stack = served, stack
        self._screens: dict[str, httpx.Client] = {}

    def screen(self, login: str) -> httpx.Client:
        if login not in self._screens:
            self._screens[login] = self._stack.enter_context(self._served.browser(login))
        return self._screens[login]

    def post(self, login: str, path: str, body: Any, status: int = 200) -> Any:
        return self._checked(self.screen(login).post(f"/api/{path}", json=body), status)

    def put(self, login: str, path: str, body: Any, status: int = 200) -> Any:
        return self._checked(self.screen(login).put(f"/api/{path}", json=body), status)

    def get(self, login: str, path: str, status: int = 200) -> Any:
        return self._checked(self.screen(login).get(f"/api/{path}"), status)

    @staticmethod
    def _checked(answer: httpx.Response, status: int) -> Any:
        assert answer.status_code == status, answer.text
        return answer.json()

    def submitted(self, **changed: Any) -> tuple[int, dict[str, Any]]:
        order = self.post("clerk", "orders", {**DRAFT, **changed}, 201)["id"]
        self.post("clerk", f"orders/{order}/revisions/1/submit", {})
        return order, self.get("mayor", f"orders/{order}/revisions/1")

    def sign(self, login: str, order: int, seen: dict[str, Any], status: int = 200) -> Any:
        body = {"digest": seen["digest"], "level": seen["level"]}
        return self.post(login, f"orders/{order}/revisions/{seen['number']}/approve", body, status)


@contextmanager
def _town(served: Any) -> Iterator[Town]:
    with connect(served.house.url) as connection:
        for login, roles in PEOPLE.items():
            # The officer's hash serves them all: making one takes a tenth of a second each.
            connection.execute(
                "INSERT INTO account (login, display_name, password_hash, installation, demo)"
                " SELECT %s, %s, password_hash, installation, true FROM account WHERE login = 'officer'",
                [login, login],
            )
            grant_roles(connection, login, roles)
    with ExitStack() as stack:
        yield Town(served, stack)


@pytest.fixture
def town(served: Any) -> Iterator[Town]:
    with _town(served) as opened:
        yield opened


def test_an_order_from_draft_to_lifting(town: Town, served: Any) -> None:
    following = ExitStack()
    follower = following.enter_context(served.screen(town.screen("officer")))
    order, seen = town.submitted()
    assert seen["texts"]["ja"]["headline"] == "【警戒レベル4 避難指示】那賀町"
    assert "和食" in seen["texts"]["ja"]["body"]
    assert seen["mine"] is False
    issued = town.sign("mayor", order, seen)
    assert (issued["state"], issued["level"], issued["name"]) == ("issued", 4, "避難指示")
    assert (issued["author"], issued["approver"], issued["pending"]) == ("clerk", "mayor", None)
    # an update is signed like the first revision, and shows what changed by word
    change = {**DRAFT, "act": "update", "level": 5, "reason": "堤防が決壊した"}
    change.pop("area")
    assert town.post("deputy", f"orders/{order}/revisions", change, 201)["revision"] == 2
    town.post("deputy", f"orders/{order}/revisions/2/submit", {})
    view = town.get("mayor", f"orders/{order}/revisions/2")
    level = next(field for field in view["diff"] if field["field"] == "level")
    assert view["against"] == 1
    assert level["pieces"] == [{"kind": "gone", "text": "4"}, {"kind": "new", "text": "5"}]
    town.sign("mayor", order, view)
    # lifting says what was in force
    lift = {"act": "lift", "level": 5, "hazard": "flood", "reason": "水位が下がった"}
    town.post("clerk", f"orders/{order}/revisions", lift, 201)
    town.post("clerk", f"orders/{order}/revisions/3/submit", {})
    view = town.get("mayor", f"orders/{order}/revisions/3")
    assert view["texts"]["ja"]["headline"].startswith("【解除】那賀町")
    lifted = town.sign("mayor", order, view)
    assert lifted["state"] == "lifted"
    town.post("clerk", f"orders/{order}/revisions", lift, 409)
    # everything is in the chronology, in the audit and on every screen
    entries = town.get("clerk", "chronology?category=order")["entries"]
    codes = [entry["code"] for entry in reversed(entries)]
    assert codes == [
        *("order.drafted", "order.submitted", "order.issued"),
        *("order.drafted", "order.submitted", "order.updated"),
        *("order.drafted", "order.submitted", "order.lifted"),
    ]
    assert entries[0]["author"] == "mayor"
    states = [it["state"] for it in town.get("clerk", f"orders/{order}")["revisions"]]
    assert states == ["in_force", "superseded", "superseded"]
    key = ("order", str(order))
    with following, served.screen(town.screen("chief")) as fresh:
        # A screen may begin with a picture that is a second old; what changed since follows at once.
        fresh.until(lambda it: it.picture.get(key, {}).get("state") == "lifted")
        follower.until(lambda it: it.picture.get(key, {}).get("state") == "lifted")
        assert follower.picture[key] == fresh.picture[key], "who followed sees what a fresh screen sees"
    with connect(served.house.url) as connection:
        audited = connection.execute("SELECT action FROM audit WHERE object_kind = 'order'").fetchall()
    assert {"order.drafted", "order.submitted", "order.approved"} <= {row[0] for row in audited}


def test_who_wrote_or_edited_cannot_sign_and_a_change_voids_what_was_seen(town: Town) -> None:
    order, seen = town.submitted()
    town.sign("stranger", order, seen, 403)
    town.sign("chief", order, seen, 403)
    town.sign("admin", order, seen, 403)
    town.sign("clerk", order, seen, 403)
    # the deputy edits it: what the mayor saw is void, and the deputy cannot sign
    edited = {key: value for key, value in DRAFT.items() if key != "area"} | {
        "reason": "堤防から水が漏れている"
    }
    town.put("deputy", f"orders/{order}/revisions/1", edited)
    assert town.sign("mayor", order, seen, 409)["error"] == "changed-meanwhile"
    town.post("deputy", f"orders/{order}/revisions/1/submit", {})
    now = town.get("mayor", f"orders/{order}/revisions/1")
    assert town.sign("deputy", order, now, 403)["error"] == "same-person"
    assert town.sign("mayor", order, seen, 409)["error"] == "changed-meanwhile"
    assert town.sign("mayor", order, {**now, "level": 5}, 409)["error"] == "changed-meanwhile"
    town.post("mayor", f"orders/{order}/revisions/1/return", {"reason": "地区が足りない"})
    assert town.sign("mayor", order, now, 409)["error"] in ("changed-meanwhile", "wrong-state")
    assert town.get("clerk", f"orders/{order}")["revisions"][0]["return_reason"] == "地区が足りない"
    town.post("clerk", f"orders/{order}/revisions/1/withdraw", {"reason": "見送り"})
    assert town.get("clerk", f"orders/{order}")["order"]["state"] == "withdrawn"


def test_an_edit_and_a_signature_at_once_never_both_count(town: Town) -> None:
    """Whoever is first wins; the other is told. No order comes into force with words nobody saw."""
    for turn in range(6):
        order, seen = town.submitted()
        edited = {key: value for key, value in DRAFT.items() if key != "area"} | {"reason": f"理由{turn}"}
        sign = {"digest": seen["digest"], "level": 4}
        clerk, mayor = town.screen("clerk"), town.screen("mayor")
        address = f"/api/orders/{order}/revisions/1"
        with ThreadPoolExecutor(2) as both:
            changing = both.submit(clerk.put, address, json=edited)
            signing = both.submit(mayor.post, f"{address}/approve", json=sign)
        codes = (changing.result().status_code, signing.result().status_code)
        assert codes in ((200, 409), (409, 200)), codes
        told = town.get("clerk", f"orders/{order}/revisions/1")
        assert (told["state"] == "in_force") == (codes[1] == 200)
        if told["state"] == "in_force":
            assert (told["digest"], told["reason"]) == (seen["digest"], DRAFT["reason"])


def test_unfit_words_are_refused_and_named(town: Town) -> None:
    texts = town.post("clerk", "orders/texts", DRAFT)["texts"]
    texts["ja"]["body"] += "\n避難勧告"
    texts["en"]["headline"] = "Alert level 3"
    order = town.post("clerk", "orders", {**DRAFT, "texts": texts}, 201)["id"]
    detail = town.post("clerk", f"orders/{order}/revisions/1/submit", {}, 422)["detail"]
    assert "texts.ja.body uses the abolished name 避難勧告" in detail
    assert "texts.en.headline names level 3" in detail
    town.post("clerk", "orders", {**DRAFT, "area": "99999"}, 404)
    town.post("chief", "orders", DRAFT, 403)
    town.post("clerk", "orders", {**DRAFT, "level": 2}, 422)
    town.post("clerk", "orders", {**DRAFT, "expires_at": "2026-01-01T00:00:00Z"}, 422)
    bad = {"type": "Point", "coordinates": [134.2, 33.8]}
    assert "geometry" in town.post("clerk", "orders", {**DRAFT, "geometry": bad}, 422)["detail"]
    town.get("clerk", "orders/999", 404)


def test_the_prefecture_records_and_advises(town: Town, served: Any) -> None:
    told = {**DRAFT, "source": "町からの電話", "at": "2026-06-02T09:00:00Z"}
    town.post("clerk", "orders/record", told, 403)
    order = town.post("officer", "orders/record", told, 201)["id"]
    value = town.get("officer", f"orders/{order}")["order"]
    assert (value["origin"], value["state"], value["recorded_source"]) == (
        "recorded",
        "issued",
        "町からの電話",
    )
    assert value["issued_at"] == "2026-06-02T09:00:00Z"
    town.post("clerk", f"orders/{order}/revisions", {**DRAFT, "act": "update"} | {"area": TOWN}, 422)
    advice = town.post("officer", "advice", {"area": TOWN, "text": "避難指示の検討をお願いします"}, 201)["id"]
    words = {"text": "避難指示の検討をお願いします"}
    town.post("officer", f"advice/{advice}/send", words, 403)
    town.post("mayor", f"advice/{advice}/send", words, 403)
    town.post("chief", f"advice/{advice}/send", {"text": "別の文"}, 409)
    town.post("chief", f"advice/{advice}/send", words)
    town.post("stranger", f"advice/{advice}/acknowledge", {}, 403)
    town.post("clerk", f"advice/{advice}/acknowledge", {"answer": "21時に発令予定"})
    with served.screen(town.screen("clerk")) as screen:
        screen.next()
        held = screen.picture["advice", str(advice)]
    assert (held["state"], held["approver"], held["answer"]) == ("acknowledged", "chief", "21時に発令予定")


PROPOSAL = f"municipality:{TOWN}:flood"
CONTENT = {
    "area": {"kind": "municipality", "id": TOWN, "name": "那賀町"},
    "evidence": [{"kind": "forecast", "text": "那賀川 和食橋", "value": 0.41, "at": "2026-06-02T09:00:00Z"}],
    "unknown": [{"text": "浸水想定なし", "text_en": "no inundation"}],
}


def propose(url: str, incident: int, level: int, life_h: float) -> None:
    with connect(url) as connection, connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        now = datetime.now(UTC)
        row = {
            "incident_id": incident,
            "id": PROPOSAL,
            "area_kind": "municipality",
            "area_id": TOWN,
            "area_code": TOWN,
            "hazard": "flood",
            "act": "issue",
            "level": level,
            "held": False,
            "state": "open",
            "opened_at": now,
            "updated_at": now,
            "expires_at": now + timedelta(hours=life_h),
            "content": CONTENT,
            "decision": None,
        }
        put(cursor, row, "opened", now)


def test_a_proposal_becomes_evidence_and_a_stale_one_is_said(town: Town, served: Any) -> None:
    house = served.house
    propose(house.url, house.incident_id, 4, 1)
    town.post("medic", f"proposals/{PROPOSAL}/take", {}, 403)
    town.post("stranger", f"proposals/{PROPOSAL}/take", {}, 403)
    order, seen = town.submitted(proposal_id=PROPOSAL)
    assert town.get("mayor", f"proposals/{PROPOSAL}")["state"] == "taken"
    assert [item["kind"] for item in seen["evidence"]] == ["forecast", "proposal"]
    assert seen["evidence"][1]["unknown"] == CONTENT["unknown"]
    assert seen["stale"] is None
    # it is raised meanwhile: who signs level 4 all the same must say that he knows
    propose(house.url, house.incident_id, 5, 1)
    view = town.get("mayor", f"orders/{order}/revisions/1")
    assert "レベル5" in view["stale"]["ja"]
    assert town.sign("mayor", order, view, 409)["error"] == "proposal-stale"
    body = {"digest": view["digest"], "level": 4, "stale_known": True}
    town.post("mayor", f"orders/{order}/revisions/1/approve", body)
    entry = town.get("chief", "chronology?category=order&limit=1")["entries"][0]
    assert "承知の上で署名" in entry["text"]
    # an expired one is stale too, and a rejection keeps its reason
    order, _seen = town.submitted(proposal_id=PROPOSAL)
    propose(house.url, house.incident_id, 5, -1)
    assert "期限" in town.get("mayor", f"orders/{order}/revisions/1")["stale"]["ja"]
    propose(house.url, house.incident_id, 5, 1)
    town.post("officer", f"proposals/{PROPOSAL}/reject", {"reason": ""}, 422)
    told = town.post("officer", f"proposals/{PROPOSAL}/reject", {"reason": "堤防は町が確認済み"})
    assert (told["state"], told["decision"]["reason"]) == ("rejected", "堤防は町が確認済み")
    town.post("officer", "proposals/none/take", {}, 404)


def test_the_database_refuses_a_signature_of_one_person(town: Town, served: Any) -> None:
    order, seen = town.submitted()
    sign = (
        "UPDATE order_revision SET approver_id = {who}, state = 'in_force', effective_at = now(),"
        " digest = 'x' WHERE order_id = %s"
    )
    with connect(served.house.url) as connection:
        with pytest.raises(psycopg.errors.CheckViolation, match="two_people"), connection.transaction():
            connection.execute(sign.format(who="author_id"), [order])
        with pytest.raises(psycopg.errors.CheckViolation, match="signed"), connection.transaction():
            connection.execute(sign.format(who="NULL"), [order])
    town.sign("mayor", order, seen)
    with connect(served.house.url) as connection:
        for change in ("UPDATE order_revision SET reason = 'x'", "DELETE FROM order_revision"):
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation), connection.transaction():
                connection.execute(change)

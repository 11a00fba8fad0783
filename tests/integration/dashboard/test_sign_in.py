from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dashboard.account import AccountError, set_disabled, set_password

PASSWORD = "a password for tests"


def actions(house: Any) -> list[tuple[str, str | None]]:
    with house.connection() as connection:
        rows = connection.execute(
            "SELECT action, login FROM audit LEFT JOIN account ON account.id = account_id"
            " WHERE action NOT LIKE 'account.%' ORDER BY audit.id"
        )
        return [tuple(row) for row in rows.fetchall()]


def test_nothing_is_open_but_sign_in_health_and_static_files(served: Any) -> None:
    with served.browser(None) as stranger:
        assert stranger.get("/sign-in").status_code == 200
        assert stranger.get("/health").status_code in (200, 503)
        page = stranger.get("/?next=1")
        assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=/%3Fnext%3D1")
        for address in (
            "/api/session",
            "/api/snapshot",
            "/api/chronology",
            "/api/chronology.csv",
            "/api/gauges/g1/readings",
            "/api/refuges",
            "/api/quarantine",
            "/api/rules/river-levels",
            "/api/rules/warnings",
            "/api/rules/hazards",
            "/api/rules/shelters",
            "/api/rules/depth-classes",
            "/api/rules/facility-kinds",
            "/api/layers",
            "/tiles/areas/8/223/101.mvt",
            "/live/events",
        ):
            answer = stranger.get(address)
            assert (answer.status_code, answer.json()["error"]) == (401, "not-signed-in"), address
        for address in ("/api/sign-out", "/api/chronology"):
            assert stranger.post(address, json={"text": "x"}).status_code == 401
        with pytest.raises(InvalidStatus) as refused, served.socket(stranger):
            pass
        assert refused.value.response.status_code == 401
        for address in ("/docs", "/openapi.json", "/redoc", "/nothing"):
            assert stranger.get(address).json()["error"] == "not-found"


#: the tablet's front end holds no data; it must load before a tablet is let in
TABLET_PAGE = "/tablet"


def test_every_route_asks_who_is_there(served: Any) -> None:
    """A route added later without a guard is found here."""
    app = served.server.config.app
    open_to_all = {"/", "/sign-in", "/health", "/metrics", "/api/sign-in", "/static/{version}/{path:path}"}
    open_to_all.add("/api/tablet/enrol")  # asks for a one-time code itself
    # Pages lead to the sign-in, as the map does.
    pages = {
        "/supply-plan": "/supply-plan",
        "/wall": "/wall",
        "/cameras/{camera_id}/calibration": "/cameras/1/calibration",
    }
    open_to_all |= pages.keys()
    with served.browser(None) as stranger:
        for page in pages.values():
            led = stranger.get(page)
            assert (led.status_code, led.headers["location"]) == (303, f"/sign-in?next={page}")
        for path, methods in sorted(_routes(app)):
            if path in open_to_all or path in ("/live", "/live/events") or path.startswith(TABLET_PAGE):
                continue
            address = re.sub(r"\{\w+\}", "1", path)
            for method in methods:
                assert stranger.request(method, address).status_code == 401, (method, path)


def _routes(app: Any) -> list[tuple[str, tuple[str, ...]]]:
    found, waiting = [], list(app.routes)
    while waiting:
        route = waiting.pop()
        if hasattr(route, "methods") and hasattr(route, "path"):
            found.append((route.path, tuple(sorted(set(route.methods or ()) - {"HEAD"}))))
        waiting += getattr(getattr(route, "original_router", None), "routes", [])
    assert len(found) > 15
    return found


def test_sign_in_and_out(served: Any) -> None:
    with served.browser(None) as browser:
        answer = browser.post("/api/sign-in", json={"login": " Officer ", "password": PASSWORD})
        assert answer.status_code == 204
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("sonae=")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        told = browser.get("/api/session").json()
        assert (told["login"], told["roles"]) == ("officer", ["duty_officer"])
        assert browser.get("/").status_code == 200
        token = browser.cookies["sonae"]
        browser.headers["X-CSRF-Token"] = told["csrf"]
        assert browser.post("/api/sign-out").status_code == 204
        assert browser.get("/api/session").status_code == 401
        with httpx.Client(base_url=served.address, cookies={"sonae": token}) as thief:
            assert thief.get("/api/session").status_code == 401
    assert actions(served.house) == [("sign-in", "officer"), ("sign-out", "officer")]


def test_only_the_hash_of_a_token_is_kept(served: Any) -> None:
    with served.browser() as browser, served.house.connection() as connection:
        row = connection.execute("SELECT token_hash, csrf_token FROM sign_in_session").fetchone()
        assert row is not None
        assert browser.cookies["sonae"].encode() not in bytes(row[0])
        assert len(row[0]) == 32


def test_wrong_credentials_say_nothing_more_and_are_audited(served: Any) -> None:
    with served.browser(None) as browser:
        wrong = [
            browser.post("/api/sign-in", json={"login": login, "password": "wrong password"})
            for login in ("officer", "nobody")
        ]
    assert {answer.status_code for answer in wrong} == {401}
    assert wrong[0].json() == wrong[1].json()
    assert actions(served.house) == [("sign-in.failed", "officer"), ("sign-in.failed", None)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"login":1,"password":"x"}',
        b'{"login":"a"}',
        b'{"login":"a\\u0000","password":"x"}',
        b"\xff",
    ],
)
def test_nonsense_is_refused_by_name(served: Any, body: bytes) -> None:
    with served.browser(None) as browser:
        answer = browser.post("/api/sign-in", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error"]) == (422, "bad-input")
        form = browser.post("/api/sign-in", data={"login": "officer", "password": PASSWORD})
        assert form.status_code == 422
        huge = browser.post("/api/sign-in", json={"login": "officer", "password": "x" * 100_000})
        assert huge.status_code == 413


def test_too_many_attempts_wait(served: Any) -> None:
    with served.browser(None) as browser:
        answers = [
            browser.post("/api/sign-in", json={"login": "officer", "password": "wrong password"})
            for _ in range(9)
        ]
        assert [answer.status_code for answer in answers] == [401] * 8 + [429]
        assert answers[-1].json()["error"] == "too-many-attempts"
        assert 0 < int(answers[-1].headers["retry-after"]) <= 30
        assert answers[-1].headers["retry-after"] in answers[-1].json()["detail"]
        # the right password has to wait too; another login does not
        assert (
            browser.post("/api/sign-in", json={"login": "officer", "password": PASSWORD}).status_code == 429
        )
        assert browser.post("/api/sign-in", json={"login": "admin", "password": PASSWORD}).status_code == 204


def test_changes_need_our_page_and_the_token(served: Any) -> None:
    with served.browser() as browser:
        note = {"text": "堤防を巡視"}
        evil = browser.post("/api/chronology", json=note, headers={"Origin": "https://evil.example"})
        assert (evil.status_code, evil.json()["error"]) == (403, "forged-request")
        token = browser.headers.pop("X-CSRF-Token")
        assert browser.post("/api/chronology", json=note).status_code == 403
        assert browser.post("/api/sign-out").status_code == 403
        own = {"X-CSRF-Token": token, "Origin": served.address}
        assert browser.post("/api/chronology", json=note, headers=own).status_code == 201
        foreign = browser.post(
            "/api/sign-in",
            json={"login": "officer", "password": PASSWORD},
            headers={"Origin": "https://evil.example"},
        )
        assert foreign.status_code == 403


def test_a_foreign_page_gets_no_stream(served: Any) -> None:
    with served.browser() as browser:
        with pytest.raises(InvalidStatus) as refused, served.socket(browser, origin="https://evil.example"):
            pass
        assert refused.value.response.status_code == 403
        with served.socket(browser, origin=served.address) as socket:
            assert socket.recv(5)


def test_roles(served: Any) -> None:
    with served.browser("medic") as medic:
        assert medic.get("/api/snapshot").status_code == 200
        for answer in (medic.get("/api/quarantine"), medic.post("/api/chronology", json={"text": "x"})):
            assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
            assert "duty_officer" in answer.json()["detail"]
    with served.browser("admin") as admin:
        assert admin.get("/api/quarantine").status_code == 200
        assert admin.post("/api/chronology", json={"text": "x"}).status_code == 201


def test_signing_out_ends_the_live_map(served: Any) -> None:
    with served.browser() as browser, served.socket(browser) as socket:
        socket.recv(5)
        browser.post("/api/sign-out")
        with pytest.raises(ConnectionClosed) as closed:
            _read_to_the_end(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


def test_a_disabled_account_is_out_and_an_open_map_is_use(served: Any) -> None:
    house = served.house
    with served.browser() as browser:
        with house.connection() as connection:
            connection.execute("UPDATE sign_in_session SET expires_at = expires_at - interval '6 hours'")
        before = _expires(house)
        assert browser.get("/api/session").status_code == 200
        assert _expires(house) - before > timedelta(hours=5)
        with house.connection() as connection:
            set_disabled(connection, "officer", disabled=True)
        assert browser.get("/api/session").status_code == 401
        answer = browser.post("/api/sign-in", json={"login": "officer", "password": PASSWORD})
        assert answer.status_code == 401


def test_an_expired_session_is_out(served: Any) -> None:
    with served.browser() as browser:
        with served.house.connection() as connection:
            connection.execute("UPDATE sign_in_session SET expires_at = now()")
        assert browser.get("/api/session").status_code == 401


def test_another_password_ends_the_sessions(served: Any) -> None:
    with served.browser() as browser:
        with served.house.connection() as connection:
            set_password(connection, "officer", "another password")
        assert browser.get("/api/session").status_code == 401
        again = {"login": "officer", "password": "another password"}
        assert browser.post("/api/sign-in", json=again).status_code == 204


def test_https_cookies_are_bound_to_the_host(house: Any, serve: Callable[..., Any]) -> None:
    with serve(house, secure_cookies=True) as served, served.browser(None) as browser:
        answer = browser.post("/api/sign-in", json={"login": "officer", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-sonae=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert "max-age" in answer.headers["strict-transport-security"]


def test_forwarded_addresses_are_believed_from_the_proxy_only(house: Any, serve: Callable[..., Any]) -> None:
    for proxy, seen in ((None, "127.0.0.1"), ("127.0.0.1", "203.0.113.9"), ("192.0.2.1", "127.0.0.1")):
        with serve(house, proxy_address=proxy) as served, served.browser(None) as browser:
            browser.headers["X-Forwarded-For"] = "203.0.113.9"
            browser.post("/api/sign-in", json={"login": "officer", "password": PASSWORD})
        with house.connection() as connection:
            row = connection.execute("SELECT address FROM audit ORDER BY id DESC LIMIT 1").fetchone()
            assert row == (seen,), proxy


def test_every_answer_carries_the_headers(served: Any) -> None:
    with served.browser(None) as browser:
        for address in ("/sign-in", "/health", "/nothing", "/api/session", "/static/x/map.js"):
            headers = browser.get(address).headers
            assert "default-src 'self'" in headers["content-security-policy"], address
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert "geolocation=()" in headers["permissions-policy"]
            assert "strict-transport-security" not in headers
            assert "server" not in headers


def test_a_fault_of_ours_is_answered_like_any_other(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: object, _name: str) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr("dashboard.static.StaticFiles.page", broken)
    with served.browser(None) as browser:
        answer = browser.get("/sign-in")
    assert (answer.status_code, answer.json()["error"]) == (500, "fault")
    assert "ZeroDivision" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_operational_refuses_a_demos_database(house: Any) -> None:
    from dashboard.account import refuse_foreign_installation

    with house.connection() as connection:
        refuse_foreign_installation(connection, "demo")
        with pytest.raises(AccountError, match="belongs to the installation 'demo'"):
            refuse_foreign_installation(connection, "operational")


def _expires(house: Any) -> Any:
    with house.connection() as connection:
        row = connection.execute("SELECT max(expires_at) FROM sign_in_session").fetchone()
        assert row is not None
        return row[0]


def _read_to_the_end(socket: Any) -> None:
    while True:
        socket.recv(5)

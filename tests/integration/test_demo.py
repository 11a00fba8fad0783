"""The demo's own parts on real servers, and the whole of it: `demo --check`."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from dashboard.signin.password import verify
from geo.engine import connect
from geo.settings import Settings
from ops.demo import PEOPLE, DemoError, begin_anew, make_people, people_table
from ops.errors import SupervisionError
from ops.follow import read_standing, standing_table
from ops.installation import Installation, migrate
from ops.proof import prove
from ops.scenario import import_scenario, load_scenario
from ops.screen import CHROMIUM
from ops.servers.broker import free_port
from ops.supervise import Supervisor

SLUG = "shikoku-2026-06"


def printed(*shown: object) -> str:
    console = Console(file=io.StringIO(), width=160)
    console.print(*shown)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def demo(database_url: str, tmp_path: Path) -> Installation:
    migrate(database_url, "demo")
    return Installation(Settings(installation="demo", state_dir=tmp_path / "demo", database_url=database_url))


def hashes(database_url: str) -> dict[str, tuple[str, bool]]:
    with connect(database_url) as connection:
        rows = connection.execute("SELECT login, password_hash, demo FROM account").fetchall()
    return {login: (password_hash, is_demo) for login, password_hash, is_demo in rows}


def test_people_can_sign_in_and_keep_their_passwords(demo: Installation) -> None:
    url = demo.settings.require_database_url()
    passwords = make_people(demo)
    made = hashes(url)
    assert set(made) == {login for login, _, _ in PEOPLE}
    assert all(verify(made[login][0], password) for login, password in passwords.items())
    assert all(is_demo for _, is_demo in made.values())
    assert make_people(demo) == passwords
    assert hashes(url) == made, "nobody is signed out by a second start"
    assert demo.credentials.path.stat().st_mode & 0o777 == 0o600
    assert all(password in printed(people_table(demo)) for password in passwords.values())


def test_a_municipality_s_people_belong_to_it(demo: Installation) -> None:
    url = demo.settings.require_database_url()
    with pytest.raises(DemoError, match="36201"):
        make_people(demo, "36201")
    with connect(url) as connection:
        connection.execute(
            "INSERT INTO area (code, name, geom, source)"
            " VALUES ('36201', '徳島県徳島市', ST_Multi(ST_MakeEnvelope(134, 34, 135, 35, 4326)), 'test')"
        )
    passwords = make_people(demo, "36201")
    with connect(url) as connection:
        rows = connection.execute(
            "SELECT a.login, r.role FROM role_grant r JOIN account a ON a.id = r.account_id"
            " WHERE r.area_code = '36201' ORDER BY a.login"
        ).fetchall()
    assert rows == [("town-mayor", "municipal_approver"), ("town-officer", "municipal_officer")]
    assert passwords["town-mayor"] in printed(people_table(demo, "36201"))


def test_lost_secrets_give_new_passwords(demo: Installation) -> None:
    before = make_people(demo)
    demo.credentials.path.unlink()
    after = make_people(demo)
    assert after != before
    made = hashes(demo.settings.require_database_url())
    assert all(verify(made[login][0], password) for login, password in after.items())


def test_an_operational_database_takes_no_demo_people(database_url: str, tmp_path: Path) -> None:
    migrate(database_url, "operational")
    settings = Settings(installation="demo", state_dir=tmp_path / "demo", database_url=database_url)
    with pytest.raises(DemoError, match="demo accounts exist in a demo installation only"):
        make_people(Installation(settings))
    assert hashes(database_url) == {}


def test_a_storm_s_table_shows_its_clock_and_its_rivers(demo: Installation) -> None:
    url = demo.settings.require_database_url()
    scenario = load_scenario(SLUG)
    import_scenario(url, scenario)
    standing = read_standing(url, SLUG)
    assert (standing.now, standing.readings, standing.classes) == (scenario.start, 0, {"unknown": 107})
    text = printed(standing_table(standing, 959))
    assert "2026-06-02 06:00:00 JST (stands still)" in text
    assert "0 of 959" in text
    assert "データなし 107" in text
    assert standing.incident.now(standing.now + timedelta(hours=5)) == scenario.start


@pytest.fixture
def own_servers(tmp_path: Path) -> Iterator[Installation]:
    # pytest's own folder is closed to the servers' accounts.
    tmp_path.chmod(0o711)
    installation = Installation(
        Settings(installation="demo", state_dir=tmp_path / "demo", http_port=free_port()),
        broker_port=free_port(),
    )
    yield installation
    assert installation.postgres is not None
    assert installation.broker is not None
    for server in (installation.broker, installation.postgres):
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)


@pytest.mark.servers
def test_beginning_anew_throws_the_readings_away_and_keeps_the_passwords(own_servers: Installation) -> None:
    postgres = own_servers.postgres
    assert postgres is not None
    own_servers.prepare()
    postgres.start()
    own_servers.migrate()
    passwords = make_people(own_servers)
    with Supervisor(own_servers.state_dir, say=lambda _: None):
        with pytest.raises(SupervisionError, match="is running"):
            begin_anew(own_servers)
        assert postgres.running()
    begin_anew(own_servers)
    assert not postgres.running()
    postgres.start()
    own_servers.migrate()
    assert hashes(postgres.url()) == {}
    assert make_people(own_servers) == passwords


def test_somebody_else_s_database_is_never_thrown_away(demo: Installation) -> None:
    with pytest.raises(DemoError, match="servers of its own"):
        begin_anew(demo)


@pytest.mark.servers
@pytest.mark.browser
@pytest.mark.skipif(not any(map(shutil.which, CHROMIUM)), reason="no Chromium is installed")
def test_nothing_of_the_storm_is_lost() -> None:
    console = Console(file=io.StringIO(), width=160)
    holds = prove(SLUG, speed=50_000, console=console)
    assert isinstance(console.file, io.StringIO)
    assert holds, console.file.getvalue()
    assert "959 of 959 readings" in console.file.getvalue()

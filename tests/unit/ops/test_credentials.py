"""Secrets are generated once, kept for us alone, and survive two that ask at once."""

import json
import stat
import threading
from pathlib import Path

from ops.credentials import Credentials, new_password


def test_secrets_are_made_once_and_for_us_alone(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path / "state")
    session = credentials.session_secret()
    passwords = credentials.broker_passwords(["ingest", "g1"])
    again = Credentials(tmp_path / "state")
    assert again.session_secret() == session
    assert again.broker_passwords(["g1"]) == {"g1": passwords["g1"]}
    assert len({session, *passwords.values()}) == 3
    assert stat.S_IMODE(credentials.path.stat().st_mode) == 0o600


def test_people_and_devices_of_one_name_have_different_passwords(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path)
    assert credentials.account_passwords(["ingest"]) != credentials.broker_passwords(["ingest"])


def test_two_that_ask_at_once_get_the_same(tmp_path: Path) -> None:
    answers: list[dict[str, str]] = []
    names = [f"d{number}" for number in range(20)]

    def ask() -> None:
        answers.append(Credentials(tmp_path).broker_passwords(names))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answer == answers[0] for answer in answers)
    assert json.loads((tmp_path / "secrets.json").read_text())["broker"] == answers[0]


def test_passwords_need_no_escaping_in_an_address() -> None:
    passwords = {new_password() for _ in range(200)}
    assert len(passwords) == 200
    assert all(password.replace("-", "").replace("_", "").isalnum() for password in passwords)

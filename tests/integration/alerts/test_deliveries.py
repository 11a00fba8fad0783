"""What was signed reaches people: once, in order, counted; and what does not is tried again, then told."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from lxml import etree

from alerts import delivery_store as store
from alerts.cap_message import NAMESPACE, check
from alerts.channels.carriers import make_carriers
from alerts.channels.config import read_channels
from alerts.delivery_policy import rules
from alerts.drill_wall import notice_of
from geo.incident import close_incident, find_incident, open_incident
from tests.integration.alerts.delivery_stand import TOWN, DeliveryStand, delivery_stand
from tests.integration.alerts.receivers import (
    Browser,
    HttpSimulator,
    MailSimulator,
    http_simulator,
    mail_simulator,
)

MAIL = """
[[channel]]
name = "職員"
kind = "mail"
host = "127.0.0.1"
port = {port}
security = "none"
from = "saigai@example.jp"
to = ["a@example.jp", "b@example.jp", "c@example.jp"]
"""
HOOK = """
[[channel]]
name = "放送局"
kind = "webhook"
url = "{address}/hook"
secret_file = "hook.secret"
"""
SECRET = b"a secret of thirty-two bytes.....".strip()


@pytest.fixture
def drill(database_url: str, tmp_path: Path) -> Iterator[DeliveryStand]:
    with delivery_stand(database_url, tmp_path / "state") as stand:
        yield stand


@pytest.fixture
def actual(database_url: str, tmp_path: Path) -> Iterator[DeliveryStand]:
    with delivery_stand(database_url, tmp_path / "state", kind="actual") as stand:
        yield stand


@pytest.fixture
def http() -> Iterator[HttpSimulator]:
    with http_simulator() as simulator:
        yield simulator


@pytest.fixture
def mail() -> Iterator[MailSimulator]:
    with mail_simulator() as simulator:
        yield simulator


def test_browsers_read_what_was_pushed_to_them_alone(drill: DeliveryStand, http: HttpSimulator) -> None:
    here, english, elsewhere = (Browser(http, name) for name in ("here", "english", "elsewhere"))
    drill.subscribe(here)
    drill.subscribe(english, language="en")
    drill.subscribe(elsewhere, area="36205")
    drill.channels("channel = []")
    order = drill.order()
    drill.until(lambda: drill.states("push") == ["accepted"] * 2)
    told = here.read()[0]
    assert told["title"] == "【訓練】【警戒レベル4 避難指示】勝浦町"
    assert (told["level"], told["area"], told["drill"], told["act"]) == (4, TOWN, True, "issue")
    assert english.read()[0]["title"].startswith("[DRILL] [Alert level 4")
    assert elsewhere.read() == []
    # besides the two phones the order goes out as CAP, by a sender of its own
    drill.until(lambda: {row["state"] for row in drill.deliveries()} == {"accepted"})
    drill.turn()
    funnel = drill.funnel(order)
    assert (funnel["sent"], funnel["accepted"], funnel["opened"], funnel["waiting"]) == (3, 3, 0, 0)
    assert funnel["channels"]["push"]["accepted"] == 2
    assert drill.chronology("delivery.published") == [
        "勝浦町 警戒レベル4 避難指示の配信を開始（プッシュ通知2件）"
    ]
    # the update replaces the message on a phone that was off
    drill.change(order, "update", 5)
    drill.until(lambda: drill.states("push") == ["accepted"] * 4)
    topics = {request.headers["Topic"] for request in http.at(here.path)}
    assert len(topics) == 1


def test_a_dead_endpoint_is_gone_and_a_busy_one_is_left_alone(
    drill: DeliveryStand, http: HttpSimulator
) -> None:
    dead, busy, broken = (Browser(http, name) for name in ("dead", "busy", "broken"))
    for browser in (dead, busy, broken):
        drill.subscribe(browser)
    http.answers |= {
        dead.path: [(410, {})],
        busy.path: [(429, {"Retry-After": "900"}), (201, {})],
        broken.path: [(503, {}), (201, {})],
    }
    drill.channels("channel = []")
    order = drill.order()
    drill.until(lambda: drill.states("push") == ["given_up", "failed", "failed"])
    drill.clock.move(seconds=6)
    drill.until(lambda: drill.states("push") == ["given_up", "failed", "accepted"])
    drill.clock.move(seconds=900)
    drill.until(lambda: drill.states("push") == ["given_up", "accepted", "accepted"])
    assert [len(http.at(it.path)) for it in (dead, busy, broken)] == [1, 2, 2]
    drill.turn()
    assert drill.funnel(order)["failed"] == 1
    assert drill.funnel(order)["retried"] == 2
    # nobody is to be told of a browser that was thrown away, and it is not pushed to again
    assert drill.chronology("delivery.given_up") == []
    drill.change(order, "lift")
    drill.until(lambda: drill.states("push")[3:] == ["accepted", "accepted"])
    assert len(http.at(dead.path)) == 1


def test_a_slow_push_service_holds_up_nobody_else(
    drill: DeliveryStand, http: HttpSimulator, mail: MailSimulator
) -> None:
    slow, quick = Browser(http, "slow"), Browser(http, "quick")
    http.held[slow.path] = threading.Event()
    drill.subscribe(slow)
    drill.subscribe(quick)
    drill.channels(MAIL.format(port=mail.port))
    drill.order()
    drill.until(lambda: len(mail.taken) == 3 and len(quick.read()) == 1)
    assert slow.read() == []
    http.held[slow.path].set()
    drill.until(lambda: drill.states("push") == ["accepted"] * 2)


def test_a_mail_server_that_refuses_one_of_three(drill: DeliveryStand, mail: MailSimulator) -> None:
    mail.refused = {"b@example.jp": "550 no such person", "c@example.jp": "451 come again"}
    drill.channels(
        MAIL.format(port=mail.port) + '[sender]\nid = "saigai@example.jp"\npublic_url = "http://x"\n'
    )
    order = drill.order()
    drill.until(lambda: drill.states("mail") == ["accepted", "given_up", "failed"])
    mail.refused = {}
    drill.clock.move(seconds=6)
    drill.until(lambda: drill.states("mail") == ["accepted", "given_up", "accepted"])
    drill.turn()
    assert [address for address, _ in mail.taken] == ["a@example.jp", "c@example.jp"]
    message = mail.taken[0][1]
    assert message["Subject"] == "【訓練】【警戒レベル4 避難指示】勝浦町"
    body = message.get_body(("plain",))
    assert body is not None
    row = drill.deliveries("mail")[0]
    assert f"http://x/told/{row['token']}" in body.get_content()
    check(next(iter(message.iter_attachments())).get_content())
    assert drill.chronology("delivery.given_up") == [
        "勝浦町 警戒レベル4 避難指示: メール1件が届いていません（550 no such person）"
    ]
    assert drill.funnel(order)["channels"]["mail"]["failed"] == 1


def test_a_webhook_that_fails_first_gets_the_same_thing_again_signed(
    actual: DeliveryStand, http: HttpSimulator
) -> None:
    actual.channels(HOOK.format(address=http.address))
    (actual.state_dir / "hook.secret").write_bytes(SECRET)
    http.answers["/hook"] = [(500, {}), (200, {})]
    actual.order()
    actual.until(lambda: actual.states("webhook") == ["failed"])
    actual.clock.move(seconds=6)
    actual.until(lambda: actual.states("webhook") == ["accepted"])
    first, second = http.at("/hook")
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    stamp = second.headers["Sonae-Timestamp"].encode()
    digest = hmac.new(SECRET, stamp + b"." + second.body, hashlib.sha256).hexdigest()
    assert second.headers["Sonae-Signature"] == f"v1={digest}"
    told = json.loads(second.body)
    assert (told["status"], told["drill"], told["level"]) == ("Actual", False, 4)
    check(told["cap"].encode())


def test_what_cannot_be_delivered_is_given_up_and_told(actual: DeliveryStand, http: HttpSimulator) -> None:
    actual.channels(HOOK.format(address=http.address))
    (actual.state_dir / "hook.secret").write_bytes(SECRET)
    http.answers["/hook"] = [(503, {})]
    order = actual.order()
    attempts = rules()["retry"]["attempts"]
    for attempt in range(1, attempts + 1):
        actual.until(lambda attempt=attempt: len(http.at("/hook")) == attempt)  # type: ignore[misc]
        actual.until(lambda: actual.duty.detail["letters_on_their_way"] == 0)
        actual.clock.move(seconds=601)
    actual.until(lambda: actual.states("webhook") == ["given_up"])
    actual.turn()
    assert actual.funnel(order)["failed"] == 1
    assert actual.chronology("delivery.given_up") == [
        f"勝浦町 警戒レベル4 避難指示: Webhook1件が届いていません（answered 503 ({attempts} attempts)）"
    ]
    assert actual.chronology("delivery.failing") == [
        "勝浦町 警戒レベル4 避難指示: Webhook1件が届かず、再送しています（answered 503）"
    ]


def test_the_chain_of_messages_and_the_files_for_people(actual: DeliveryStand) -> None:
    order = actual.order()
    actual.until(lambda: set(actual.states("notice")) == {"sent"})
    actual.clock.move(minutes=10)
    actual.change(order, "update", 5)
    actual.turn()
    actual.clock.move(minutes=10)
    actual.change(order, "lift", 5)
    exports = ("l_alert", "cell_broadcast", "loudspeaker", "notice")
    actual.until(lambda: all(actual.states(it)[-1:] == ["sent"] for it in exports))
    rows = actual.connection.execute("SELECT * FROM publication ORDER BY revision_number").fetchall()
    assert [row["msg_type"] for row in rows] == ["Alert", "Update", "Cancel"]
    assert {row["status"] for row in rows} == {"Actual"}
    document = etree.fromstring(rows[2]["cap"])
    references = document.findtext(f"{{{NAMESPACE}}}references")
    assert references == rows[2]["references"]
    assert [it.split(",")[1] for it in references.split()] == [row["identifier"] for row in rows[:2]]
    written = sorted(path.name for path in (actual.state_dir / "outgoing").iterdir())
    newest = rows[2]["identifier"]
    assert [name.removeprefix(newest) for name in written if name.startswith(newest)] == [
        ".cell-broadcast.txt",
        ".l-alert-shaped.xml",
        ".loudspeaker.txt",
        ".notice.pdf",
    ]


def test_a_process_that_dies_loses_nothing_and_doubles_nothing(
    actual: DeliveryStand, http: HttpSimulator
) -> None:
    actual.channels(HOOK.format(address=http.address))
    (actual.state_dir / "hook.secret").write_bytes(SECRET)
    order = actual.order()
    # dies after the commit of the publication, before anything is sent
    channels = read_channels(actual.settings)
    with actual.connection.transaction(), actual.connection.cursor() as cursor:
        assert store.publish(cursor, actual.incident, order, 1, channels=channels, wall=actual.clock())
    with actual.connection.transaction(), actual.connection.cursor() as cursor:
        assert (
            store.publish(cursor, actual.incident, order, 1, channels=channels, wall=actual.clock()) is None
        )
    # dies after claiming: another does not send it before the lease is over
    with actual.connection.transaction(), actual.connection.cursor() as cursor:
        assert len(store.claim(cursor, actual.incident, "webhook", limit=5, wall=actual.clock())) == 1
        assert store.claim(cursor, actual.incident, "webhook", limit=5, wall=actual.clock()) == []
    actual.turn()
    assert http.taken == []
    # its senders would take what the lease sets free before the one below does
    actual.duty.close()
    actual.clock.move(seconds=121)
    # dies after sending, before that is written down: it is sent again, under the same name
    with actual.connection.transaction(), actual.connection.cursor() as cursor:
        [claimed] = store.claim(cursor, actual.incident, "webhook", limit=5, wall=actual.clock())
        bulletin, _ = store.read_order_bulletin(cursor, order, 1)
    carriers = make_carriers(channels, actual.clock, actual.clock)
    assert carriers.send(notice_of(bulletin), "webhook", claimed.letter).result == "accepted"
    carriers.close()
    actual.begin()
    actual.clock.move(seconds=121)
    actual.until(lambda: actual.states("webhook") == ["accepted"])
    assert len({request.headers["Idempotency-Key"] for request in http.taken}) == 1
    assert len(http.taken) == 2
    actual.duty.close()
    actual.begin()
    actual.turn()
    assert len(actual.connection.execute("SELECT 1 FROM publication").fetchall()) == 1


def test_nobody_is_told_what_holds_no_more(actual: DeliveryStand, http: HttpSimulator) -> None:
    actual.channels(HOOK.format(address=http.address))
    (actual.state_dir / "hook.secret").write_bytes(SECRET)
    http.answers["/hook"] = [(503, {}), (200, {})]
    order = actual.order()
    actual.until(lambda: actual.states("webhook") == ["failed"])
    actual.change(order, "lift")
    actual.until(lambda: actual.states("webhook") == ["given_up", "accepted"])
    assert [json.loads(request.body)["act"] for request in http.taken] == ["issue", "lift"]
    actual.clock.move(minutes=20)
    actual.turn()
    assert len(http.taken) == 2
    assert actual.chronology("delivery.given_up") == []
    # an order that had ended before anybody could be told is published and not delivered
    late = actual.order(hours=1)
    actual.clock.move(hours=3)
    actual.turn()
    assert [row["channel"] for row in actual.deliveries() if row["order_id"] == late] == ["cap"]
    assert len(actual.chronology("delivery.too_late")) == 1


def test_a_clock_that_jumps_back_stops_nothing(actual: DeliveryStand, http: HttpSimulator) -> None:
    actual.channels(HOOK.format(address=http.address))
    (actual.state_dir / "hook.secret").write_bytes(SECRET)
    http.answers["/hook"] = [(503, {"Retry-After": "600"}), (200, {})]
    actual.order()
    actual.until(lambda: actual.states("webhook") == ["failed"])
    actual.clock.move(minutes=-30)
    actual.until(lambda: actual.states("webhook") == ["accepted"])


def test_a_list_of_channels_that_is_spoiled_leaves_the_last_one_in_use(actual: DeliveryStand) -> None:
    actual.turn()
    actual.channels("channel = 7")
    actual.order()
    with pytest.raises(store.PublicationError, match=r"channels\.toml"):
        actual.turn()
    assert actual.states("notice") != []


def test_a_publication_cannot_be_of_the_other_kind(actual: DeliveryStand) -> None:
    actual.order()
    actual.turn()
    with pytest.raises(psycopg.errors.CheckViolation, match="drill_wall"):
        actual.connection.execute("UPDATE publication SET status = 'Exercise'")
    assert find_incident(actual.connection).kind == "actual"


def test_what_was_signed_before_its_incident_closed_is_still_told(actual: DeliveryStand) -> None:
    order = actual.order()
    close_incident(actual.connection, actual.incident, actual.clock())
    actual.incident = open_incident(
        actual.connection, slug="next", name="常時監視", kind="actual", opened_at=actual.clock()
    )
    actual.until(lambda: actual.states("notice") == ["sent"])
    actual.turn()
    assert actual.funnel(order)["sent"] == 5
    row = actual.connection.execute(
        "SELECT incident_id FROM chronology WHERE code LIKE 'delivery.%%'"
    ).fetchone()
    assert row is not None
    assert row["incident_id"] != actual.incident.id

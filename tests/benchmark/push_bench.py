"""How long until 100,000 subscribers of a municipality are matched and queued, beside a bare INSERT.

A signed order is published as the alerts process does it: CAP message, schema, chain, queue, chronology, in
one transaction, on a real database that also holds 100,000 subscribers of other municipalities. The baseline
inserts the same number of (publication, recipient) pairs into a table without indexes or keys. The second
figure is how many messages one core encrypts and signs in a second.
"""

from __future__ import annotations

import base64
import json
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from psycopg.rows import dict_row
from rich.console import Console

from alerts import delivery_store as store
from alerts.channels.config import channels_from
from alerts.drill_wall import notice_of
from alerts.vapid import load_or_make
from alerts.web_push import encrypted, payload
from geo.engine import connect, make_engine
from geo.incident import open_incident
from geo.migrations.run import upgrade
from ops.servers.postgres import temporary_postgres

SUBSCRIBERS, ROUNDS, MESSAGES = 100_000, 3, 500
TOWN = "36301"
NOW = datetime(2026, 6, 2, 14, 36, tzinfo=UTC)
GROUND = """
INSERT INTO installation (kind) VALUES ('demo');
INSERT INTO area (code, name, geom, source)
VALUES ('36301', '徳島県勝浦郡勝浦町', ST_Multi(ST_MakeEnvelope(134.4, 33.9, 134.6, 34.0, 4326)), 'bench');
INSERT INTO account (login, display_name, password_hash, installation, demo)
VALUES ('clerk', 'clerk', 'x', 'demo', false), ('mayor', 'mayor', 'x', 'demo', false)
"""
SUBSCRIBE = """
INSERT INTO push_subscription (endpoint, p256dh, auth, areas, language)
SELECT 'http://127.0.0.1:9/' || n, 'x', 'x', ARRAY[CASE n %% 2 WHEN 0 THEN '36301' ELSE '36205' END], 'ja'
FROM generate_series(1, %(all)s) n
"""
ORDER = """
WITH made AS (
    INSERT INTO evacuation_order (incident_id, area_code, origin, level, state)
    VALUES (%(incident)s, '36301', 'issued', 4, 'draft') RETURNING id
), said AS (
    INSERT INTO order_revision (order_id, origin, number, act, state, level, districts, reason, hazard, texts,
        evidence, digest, author_id, edited_by, approver_id, drafted_at, submitted_at, effective_at,
        expires_at)
    SELECT id, 'issued', 1, 'issue', 'in_force', 4, '[]', 'bench', 'flood', %(texts)s, '[]', repeat('a', 64),
        1, 1, 2, %(at)s, %(at)s, %(at)s, %(at)s + interval '12 hours' FROM made RETURNING order_id
)
SELECT order_id FROM said
"""
ISSUE = "UPDATE evacuation_order SET state = 'issued', revision = 1, issued_at = %(at)s WHERE id = %(order)s"
BARE_TABLE = "DROP TABLE IF EXISTS bare; CREATE TABLE bare (publication_id int, recipient text)"
BARE = "INSERT INTO bare SELECT 1, n::text FROM generate_series(1, %(n)s) n"
TEXTS = {
    "ja": {
        "headline": "【警戒レベル4 避難指示】勝浦町",
        "body": "どこ：全域",
        "instruction": "避難してください。",
    }
}


def queue_s(connection: psycopg.Connection[Any], state_dir: Path) -> tuple[float, float]:
    """Return the seconds of one publication to all, and of the bare insert."""
    incident = open_incident(connection, slug="bench", name="bench", kind="drill", opened_at=NOW)
    channels = channels_from({"channel": []}, state_dir, "demo")
    cursor = connection.cursor(row_factory=dict_row)
    values = {
        "incident": incident.id,
        "texts": json.dumps(TEXTS),
        "at": NOW,
    }
    row = cursor.execute(ORDER, values).fetchone()
    assert row is not None
    order = row["order_id"]
    cursor.execute(ISSUE, {"order": order, "at": NOW})
    began = time.perf_counter()
    with connection.transaction(), connection.cursor(row_factory=dict_row) as inside:
        publication = store.publish(inside, incident, order, 1, channels=channels, wall=NOW)
    took = time.perf_counter() - began
    queued = cursor.execute(
        "SELECT count(*) AS n FROM delivery WHERE publication_id = %s AND channel = 'push'", [publication]
    ).fetchone()
    assert queued is not None
    assert queued["n"] == SUBSCRIBERS
    connection.execute(BARE_TABLE)
    began = time.perf_counter()
    connection.execute(BARE, {"n": SUBSCRIBERS})
    return took, time.perf_counter() - began


def encrypt_rate(connection: psycopg.Connection[Any], state_dir: Path) -> float:
    """Return messages a second: payload, encryption and signature header, on one core."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = base64.urlsafe_b64encode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    p256dh, auth = point.rstrip(b"=").decode(), base64.urlsafe_b64encode(b"*" * 16).rstrip(b"=").decode()
    vapid = load_or_make(state_dir)
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        bulletin, _ = store.read_order_bulletin(cursor, 1, 1)
    notice = notice_of(bulletin)
    began = time.perf_counter()
    for number in range(MESSAGES):
        plain = payload(notice, language="ja", token=str(number), identifier="bench")
        encrypted(plain, p256dh=p256dh, auth=auth)
        vapid.authorization(
            "http://127.0.0.1:9/x", contact="mailto:a@localhost", now=NOW, life=timedelta(hours=12)
        )
    return MESSAGES / (time.perf_counter() - began)


def measure() -> dict[str, Any]:
    """Return the figures."""
    with tempfile.TemporaryDirectory() as folder, temporary_postgres() as server:
        engine = make_engine(server.url())
        upgrade(engine)
        engine.dispose()
        with connect(server.url(), autocommit=True) as connection:
            for statement in GROUND.split(";\n"):
                connection.execute(statement)
            connection.execute(SUBSCRIBE, {"all": 2 * SUBSCRIBERS})
            connection.execute("ANALYZE push_subscription")
            rounds = [queue_s(connection, Path(folder)) for _ in range(ROUNDS)]
            rate = encrypt_rate(connection, Path(folder))
    taken, bare = ([round_[it] for round_ in rounds] for it in (0, 1))
    return {
        "subscribers": SUBSCRIBERS,
        "matched_and_queued_s": round(statistics.median(taken), 2),
        "slowest_s": round(max(taken), 2),
        "bare_insert_s": round(statistics.median(bare), 2),
        "target_s": 10.0,
        "encrypted_and_signed_per_s": round(rate),
    }


def main() -> None:
    figures = measure()
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    Console().print(
        f"{figures['subscribers']:,} subscribers matched and queued in {figures['matched_and_queued_s']} s"
        f" (slowest {figures['slowest_s']} s, target {figures['target_s']:.0f} s;"
        f" a bare insert {figures['bare_insert_s']} s);"
        f" {figures['encrypted_and_signed_per_s']:,} messages a second encrypted and signed on one core"
    )


if __name__ == "__main__":
    main()

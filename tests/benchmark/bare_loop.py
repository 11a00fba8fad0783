"""The baseline of the ingest benchmark: paho to PostgreSQL with nothing in between.

It receives with manual acknowledgement, decodes with msgspec, inserts natural batches idempotently into a
table of the same columns and key, commits, acknowledges. No checks, no state, no change feed, no quarantine.
"""

from __future__ import annotations

import queue
import sys
from datetime import datetime

import msgspec
import psycopg
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

INSERT = """
INSERT INTO bare_reading (gauge_id, observed_at, key, incident_id, received_at, device_at, time_corrected,
                          level_m, flag, reasons, source)
SELECT n.id, n.at, n.key, 1, n.received, n.at, false, n.level_m, 1, 0, 'bare'
FROM unnest(%(ids)b::text[], %(at)b::timestamptz[], %(keys)b::text[], %(received)b::timestamptz[],
            %(levels)b::float8[]) AS n(id, at, key, received, level_m)
ON CONFLICT DO NOTHING
"""


class _Level(msgspec.Struct):
    time: datetime
    level_m: float
    id: str


def run(database_url: str, host: str, port: int, user: str, password: str, receive_maximum: int) -> None:
    """Receive, insert, acknowledge until the process is ended."""
    inbox: queue.SimpleQueue[tuple[str, bytes, int]] = queue.SimpleQueue()
    client = Client(
        CallbackAPIVersion.VERSION2, client_id="bare", protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
    )
    client.username_pw_set(user, password)
    client.on_message = lambda _client, _data, message: inbox.put(
        (message.topic, message.payload, message.mid)
    )
    client.on_connect = lambda *_: client.subscribe("sonae/v1/+/gauge/+/level", qos=1)
    properties = Properties(PacketTypes.CONNECT)
    properties.ReceiveMaximum = receive_maximum
    properties.SessionExpiryInterval = 3600
    client.connect(host, port, clean_start=False, properties=properties)
    client.loop_start()
    decode = msgspec.json.Decoder(_Level).decode
    with psycopg.connect(database_url, autocommit=True) as connection:
        while True:
            batch = [inbox.get()]
            while len(batch) < receive_maximum and not inbox.empty():
                batch.append(inbox.get_nowait())
            levels = [decode(payload) for _, payload, _ in batch]
            now = datetime.now().astimezone()
            connection.execute(
                INSERT,
                {
                    "ids": [topic.split("/")[4] for topic, _, _ in batch],
                    "at": [level.time for level in levels],
                    "keys": [level.id for level in levels],
                    "received": [now] * len(batch),
                    "levels": [level.level_m for level in levels],
                },
            )
            for _, _, mid in batch:
                client.ack(mid, 1)


if __name__ == "__main__":
    url, broker_host, broker_port, account, secret, maximum = sys.argv[1:]
    run(url, broker_host, int(broker_port), account, secret, int(maximum))

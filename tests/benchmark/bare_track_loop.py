"""The plainest loop from a broker into PostgreSQL: each position read, written and committed by itself.

Run as a process: `bare_track_loop.py DATABASE_URL HOST PORT ACCOUNT PASSWORD`. Nothing is judged or told.
"""

from __future__ import annotations

import json
import queue
import sys
import time

import psycopg
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

FILTER = "sonae/v1/+/heli/+/track"


def main(database_url: str, host: str, port: str, account: str, password: str) -> None:
    """Write until the process is ended."""
    arrived: queue.SimpleQueue[MQTTMessage] = queue.SimpleQueue()
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id="bare-tracks",
        protocol=MQTTProtocolVersion.MQTTv5,
        manual_ack=True,
    )
    client.username_pw_set(account, password)
    client.on_message = lambda _client, _data, message: arrived.put(message)
    client.connect(host, int(port))
    client.loop_start()
    while not client.is_connected():
        time.sleep(0.01)
    client.subscribe(FILTER, qos=1)
    with psycopg.connect(database_url) as connection:
        while True:
            message = arrived.get()
            told = json.loads(message.payload)
            place = (message.topic.split("/")[4], told["time"], told["lon"], told["lat"])
            connection.execute(
                "INSERT INTO bare_point VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (*place, message.payload.decode()),
            )
            connection.execute(
                "INSERT INTO bare_state VALUES (%s, %s, %s, %s) ON CONFLICT (id) DO UPDATE"
                " SET at = excluded.at, lon = excluded.lon, lat = excluded.lat",
                place,
            )
            connection.commit()
            client.ack(message.mid, message.qos)


if __name__ == "__main__":
    main(*sys.argv[1:6])

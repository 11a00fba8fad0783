"""A fleet of gauges, or of other devices, that send to a broker, each with its own account and connection.

QoS 1: a message counts only when the broker has acknowledged it. One message of a gauge is in flight at
a time, so its readings arrive in order whatever breaks in between; what was not acknowledged is sent
again after a reconnection.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ops.errors import OpsError
from ops.servers.process import wait_until

#: how long the broker keeps a gauge's session while it is away [s]
SESSION_S = 3600
KEEPALIVE_S = 60
#: between two attempts to reconnect, growing from the first to the second [s]
RECONNECT_S = (1, 10)


class FleetError(OpsError):
    """Raised when gauges cannot connect, or the broker refuses what they send; names them."""


@dataclass(frozen=True)
class Gauge:
    """Who sends: the device id (= broker account), its password, the municipality in its topics."""

    id: str
    password: str
    area_code: str
    #: kind of device in its topics
    kind: str = "gauge"

    def topic(self, stream: str) -> str:
        """Return its topic of a stream (docs/topics.md)."""
        return f"sonae/v1/{self.area_code}/{self.kind}/{self.id}/{stream}"


def broker_place(mqtt_url: str) -> tuple[str, int]:
    """Return host and port of an `mqtt://` address; raises `FleetError`."""
    parts = urlsplit(mqtt_url)
    if parts.scheme != "mqtt" or not parts.hostname:
        raise FleetError(f"{mqtt_url!r} is not the address of a broker: expected mqtt://host:port")
    return parts.hostname, parts.port or 1883


class Transmitter:
    """One gauge's connection. paho runs it in a thread of its own; `send` returns at once."""

    def __init__(self, gauge: Gauge, host: str, port: int) -> None:
        self.gauge = gauge
        self.sent = 0
        self.acknowledged = 0
        self.connections = 0
        #: why the broker refused the connection or a message, the last reason
        self.refused: str | None = None
        self._lock = threading.Lock()
        self._status_ids: set[int] = set()
        self._client = self._make_client()
        self._client.connect_async(host, port, keepalive=KEEPALIVE_S, properties=_session())

    def _make_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=self.gauge.id, protocol=MQTTProtocolVersion.MQTTv5
        )
        client.username_pw_set(self.gauge.id, self.gauge.password)
        client.will_set(self.gauge.topic("status"), b'{"online": false}', qos=1, retain=True)
        client.max_inflight_messages_set(1)
        client.max_queued_messages_set(0)
        client.reconnect_delay_set(*RECONNECT_S)
        client.on_connect = self._on_connect
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        return client

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the connection."""
        return bool(self._client.is_connected())

    @property
    def pending(self) -> int:
        """How many messages the broker has not acknowledged yet."""
        return self.sent - self.acknowledged

    def start(self) -> None:
        """Connect, and stay connected."""
        self._client.loop_start()

    def send(self, payload: bytes, topic: str | None = None) -> None:
        """Publish one message, by default of the stream `level`; while the line is down it waits its turn.

        What goes to a stream `status` is retained.
        """
        where = self.gauge.topic("level") if topic is None else topic
        with self._lock:
            self.sent += 1
        self._client.publish(where, payload, qos=1, retain=where.endswith("/status"))

    def close(self) -> None:
        """Say goodbye, so that the broker does not publish the last will."""
        self._client.disconnect()
        self._client.loop_stop()
        # paho closes its wake-up sockets when the client is freed; the callbacks hold it in a circle, which
        # kept two descriptors a gauge until some collection. Past 1,024 its select() fails without a word.
        self._client.on_connect = self._client.on_publish = self._client.on_disconnect = None

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _more: Properties | None
    ) -> None:
        if code.is_failure:
            self.refused = str(code)
            return
        self.refused = None
        self.connections += 1
        told = client.publish(self.gauge.topic("status"), b'{"online": true}', qos=1, retain=True)
        with self._lock:
            self._status_ids.add(told.mid)

    def _on_publish(
        self, _client: Client, _data: object, mid: int, code: ReasonCode, _more: Properties
    ) -> None:
        with self._lock:
            if mid in self._status_ids:
                self._status_ids.discard(mid)
                return
            if code.is_failure:
                self.refused = str(code)
            else:
                self.acknowledged += 1

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        code: ReasonCode,
        _more: Properties | None,
    ) -> None:
        if code.is_failure and self.refused is None:
            self.refused = str(code)


def _session() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = SESSION_S
    return properties


class Fleet:
    """All gauges of a scenario; a context manager that connects them and says goodbye."""

    def __init__(self, gauges: Mapping[str, Gauge], host: str, port: int, *, timeout_s: float = 60) -> None:
        self._transmitters = {id_: Transmitter(gauge, host, port) for id_, gauge in gauges.items()}
        self._place = f"{host}:{port}"
        self._timeout_s = timeout_s

    def __enter__(self) -> Self:
        """Connect every gauge. Raises `FleetError` naming those that cannot."""
        for transmitter in self._transmitters.values():
            transmitter.start()
        if not wait_until(lambda: self.connected == len(self._transmitters), self._timeout_s):
            away = [one for one in self._transmitters.values() if not one.connected]
            reasons = sorted({one.refused or "no answer" for one in away})
            self.close()
            raise FleetError(
                f"{len(away)} of {len(self._transmitters)} gauges cannot connect to the broker at"
                f" {self._place} ({', '.join(reasons)}), the first is {away[0].gauge.id}"
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect every gauge."""
        self.close()

    @property
    def connected(self) -> int:
        """How many gauges are connected now."""
        return sum(one.connected for one in self._transmitters.values())

    @property
    def sent(self) -> int:
        """How many messages were given to the gauges."""
        return sum(one.sent for one in self._transmitters.values())

    @property
    def acknowledged(self) -> int:
        """How many of them the broker has acknowledged."""
        return sum(one.acknowledged for one in self._transmitters.values())

    @property
    def reconnections(self) -> int:
        """How often a gauge had to connect again."""
        return sum(max(0, one.connections - 1) for one in self._transmitters.values())

    def send(self, gauge_id: str, message: Mapping[str, Any]) -> None:
        """Let a gauge send one message of its stream `level` (docs/topics.md)."""
        self._transmitters[gauge_id].send(msgspec.json.encode(message))

    def post(self, device_id: str, topic: str, payload: bytes) -> None:
        """Let a device send one message on a topic that its account may write."""
        self._transmitters[device_id].send(payload, topic)

    def wait_acknowledged(self, timeout_s: float, *, stop: threading.Event | None = None) -> None:
        """Wait until the broker has acknowledged everything; raises `FleetError` when it does not in time."""
        deadline = time.monotonic() + timeout_s
        while (left := [one for one in self._transmitters.values() if one.pending]) and not (
            stop is not None and stop.is_set()
        ):
            if time.monotonic() > deadline:
                reasons = sorted({one.refused or "no answer" for one in left})
                count = sum(one.pending for one in left)
                raise FleetError(
                    f"the broker at {self._place} did not acknowledge {count} messages of {len(left)} gauges"
                    f" ({', '.join(reasons)}), the first is {left[0].gauge.id}"
                )
            time.sleep(0.02)

    def close(self) -> None:
        """Disconnect every gauge."""
        # All at once: each waits for its thread.
        closers = [threading.Thread(target=one.close) for one in self._transmitters.values()]
        for closer in closers:
            closer.start()
        for closer in closers:
            closer.join()

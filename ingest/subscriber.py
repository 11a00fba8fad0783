"""The broker's side: one paho client that receives, queues, and acknowledges what has been committed.

A message is acknowledged only after its row is committed. The session is persistent, so whatever was
not acknowledged comes again after a crash of ours, of the broker's or of the wire. A message id is valid
only on the connection that delivered it: an acknowledgement that would go out on a later connection is
left out, because there the same number may name another message.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

log = logging.getLogger(__name__)

#: how long the broker keeps our session while we are away [s]
SESSION_EXPIRY_S = 7 * 86_400
#: unacknowledged messages the broker may send us; bounds the queue, and with it memory
RECEIVE_MAXIMUM = 4_000
#: a broker that hangs is noticed after twice this time [s]: told before any vehicle counts as lost for it
KEEPALIVE_S = 3
RECONNECT_MIN_S, RECONNECT_MAX_S = 1, 20


class Message(NamedTuple):
    """One message as it came from the broker."""

    topic: str
    payload: bytes
    #: wall clock, aware UTC
    received: datetime
    mid: int
    qos: int
    #: number of the connection that delivered it
    connection: int
    #: kept by the broker from before we subscribed
    retained: bool = False
    #: MQTT 5 user properties
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class BrokerAddress:
    """Where the broker is and who we are there, from `mqtt://user:password@host:port`."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool

    @classmethod
    def parse(cls, url: str) -> BrokerAddress:
        """Read an address. Raises `ValueError` naming what is missing (never the password)."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError(
                f"broker address must be mqtt[s]://user:password@host:port, not {parts.scheme}://…"
            )
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=parts.port or (8883 if tls else 1883),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
        )


class Subscriber:
    """Receives from the broker into `messages`; `acknowledge` answers after the commit."""

    def __init__(
        self,
        address: BrokerAddress,
        *,
        filters: Sequence[str],
        client_id: str,
        wall: Callable[[], datetime],
        share_group: str | None = None,
        receive_maximum: int = RECEIVE_MAXIMUM,
        tells_status: bool = True,
    ) -> None:
        """Prepare the client; `start` connects. `share_group` splits the stream between processes.

        `receive_maximum` bounds what is unacknowledged at a time; `tells_status`: this connection tells
        whether our account is online (one of a process does).
        """
        self.messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.connected = False
        #: how often a connection was made; the newest one's number
        self.connections = 0
        self._wall = wall
        self._address = address
        self._filters = [f"$share/{share_group}/{name}" if share_group else name for name in filters]
        self._receive_maximum = receive_maximum
        self._tells_status = tells_status
        self._status_topic = f"sonae/v1/-/service/{address.user or client_id}/status"
        self._client = self._make_client(client_id)

    def _make_client(self, client_id: str) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        if self._address.user:
            client.username_pw_set(self._address.user, self._address.password)
        if self._address.tls:
            client.tls_set()
        if self._tells_status:
            client.will_set(self._status_topic, b'{"online": false}', qos=1, retain=True)
        client.reconnect_delay_set(RECONNECT_MIN_S, RECONNECT_MAX_S)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def start(self) -> None:
        """Connect in the background and stay connected until `stop`."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        properties.ReceiveMaximum = self._receive_maximum
        self._client.connect_async(
            self._address.host,
            self._address.port,
            keepalive=KEEPALIVE_S,
            clean_start=False,
            properties=properties,
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Say goodbye (so that the last will stays unsaid) and end the thread."""
        if self.connected and self._tells_status:
            self._client.publish(self._status_topic, b'{"online": false}', qos=1, retain=True)
        self._client.disconnect()
        self._client.loop_stop()

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Acknowledge committed messages, each on the connection that delivered it."""
        for message in messages:
            if message.qos and message.connection == self.connections:
                self._client.ack(message.mid, message.qos)

    def _on_connect(
        self, client: Client, _data: object, _flags: object, reason: ReasonCode, _properties: object
    ) -> None:
        self.connections += 1
        if reason.is_failure:
            log.error("the broker refuses us: %s (account %s)", reason, self._address.user)
            return
        self.connected = True
        if self._filters:
            client.subscribe(
                [
                    (name, SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB))
                    for name in self._filters
                ]
            )
        if self._tells_status:
            client.publish(self._status_topic, b'{"online": true}', qos=1, retain=True)
        log.info("connected to the broker, %d filters", len(self._filters))

    def _on_disconnect(
        self, _client: Client, _data: object, _flags: object, reason: ReasonCode, _properties: object
    ) -> None:
        self.connected = False
        log.warning("connection to the broker ended: %s", reason)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = repr(message._topic)  # noqa: SLF001 - paho offers no other way to the raw bytes
        self.messages.put(
            Message(
                topic,
                bytes(message.payload),
                self._wall(),
                message.mid,
                message.qos,
                self.connections,
                message.retain,
                tuple(getattr(message.properties, "UserProperty", ())),
            )
        )

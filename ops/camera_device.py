"""A river camera as it is in the field: a broker account of its own that sends still pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ops.errors import OpsError
from ops.servers.process import wait_until

#: how long the broker may take to let the camera in, or to acknowledge a picture [s]
ANSWER_S = 30.0


class CameraDeviceError(OpsError):
    """Raised when a camera cannot connect, or a picture is not acknowledged."""


class CameraDevice:
    """A context manager: connects, sends pictures one at a time (QoS 1), says goodbye."""

    def __init__(self, camera_id: str, password: str, area_code: str, place: tuple[str, int]) -> None:
        """`place` is host and port of the broker."""
        self.sent = 0
        self._topic = f"sonae/v1/{area_code}/camera/{camera_id}"
        self._place = place
        self._acknowledged = threading.Event()
        self._refused: str | None = None
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=camera_id, protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.username_pw_set(camera_id, password)
        self._client.will_set(f"{self._topic}/status", b'{"online": false}', qos=1, retain=True)
        self._client.on_publish = self._on_publish

    def __enter__(self) -> Self:
        """Connect. Raises `CameraDeviceError`."""
        self._client.connect_async(*self._place)
        self._client.loop_start()
        if not wait_until(self._client.is_connected, ANSWER_S):
            self._client.loop_stop()
            raise CameraDeviceError(f"the camera cannot connect to the broker at {self._place}")
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Say goodbye, so that the last will stays unsaid."""
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_publish = None

    def send(self, data: bytes, taken_at: datetime, *, stopped: Callable[[], bool] = lambda: False) -> None:
        """Send a picture and wait until the broker has it. Raises `CameraDeviceError`."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.UserProperty = ("time", taken_at.isoformat())
        self._acknowledged.clear()
        self._client.publish(f"{self._topic}/frame", data, qos=1, properties=properties)
        if not wait_until(lambda: self._acknowledged.is_set() or stopped(), ANSWER_S):
            raise CameraDeviceError("the broker does not acknowledge a picture")
        if self._refused is not None:
            raise CameraDeviceError(f"the broker refuses a picture: {self._refused}")
        self.sent += 1

    def _on_publish(
        self, _client: Client, _data: object, _mid: int, code: ReasonCode, _properties: Properties
    ) -> None:
        self._refused = str(code) if code.is_failure else None
        self._acknowledged.set()

"""Uplinks of ChirpStack v4: `application/{id}/device/{devEui}/event/up`, JSON marshaler.

Fields as in chirpstack-api 4.18, `integration.proto`, `UplinkEvent`.
"""

from __future__ import annotations

from sensors.codecs.json_document import MISSING, as_name, find, require
from sensors.codecs.mapped import MappedCodec
from sensors.reading import KEY_LENGTH, UnreadableMessage


class ChirpStackCodec(MappedCodec):
    """Reads the decoded `object` of an uplink through a mapping.

    Device: `deviceInfo.devEui`; key: `deduplicationId`, equal for all gateways that heard the
    frame; time: `time`, when the network heard it. The mapping may name others.
    """

    device_path = ("deviceInfo", "devEui")
    arrival_path = ("time",)

    def measured(self, message: dict[str, object]) -> object:
        """Return `object`, which is there only when the device profile has a codec."""
        decoded = find(message, ("object",))
        if decoded is MISSING or decoded is None:
            raise UnreadableMessage(
                "no-decoded-object",
                "the uplink has no 'object': give the device profile in ChirpStack a codec",
            )
        return decoded

    def native_key(self, message: dict[str, object]) -> str:
        """Return the mapping's key or `deduplicationId`."""
        own = super().native_key(message)
        if own is not None:
            return own
        return as_name(require(message, ("deduplicationId",)), "deduplicationId", KEY_LENGTH)

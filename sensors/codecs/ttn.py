"""Uplinks of The Things Stack v3: `v3/{application}@{tenant}/devices/{device}/up`.

The stack leaves out fields that are 0, "" or false (its documentation, "Data Formats"): the first
frame of a session has no `f_cnt`. Values inside `decoded_payload` are kept when they are 0.
"""

from __future__ import annotations

from sensors.codecs.json_document import MISSING, find
from sensors.codecs.mapped import MappedCodec
from sensors.reading import KEY_LENGTH, UnreadableMessage


class TtnCodec(MappedCodec):
    """Reads `uplink_message.decoded_payload` through a mapping.

    Device: `end_device_ids.device_id`; key: session and frame counter; time: when the network
    server received the frame. The mapping may name others.
    """

    device_path = ("end_device_ids", "device_id")
    arrival_path = ("uplink_message", "received_at")

    def measured(self, message: dict[str, object]) -> object:
        """Return `decoded_payload`, which must have been decoded from something.

        A formatter that is given an empty frame may invent numbers, so a frame without
        `frm_payload` is refused even when it was "decoded".
        """
        if find(message, ("uplink_message",)) is MISSING:
            raise UnreadableMessage("missing-field", "uplink_message")
        decoded = find(message, ("uplink_message", "decoded_payload"))
        if decoded is MISSING or decoded is None:
            raise UnreadableMessage(
                "no-decoded-object",
                "the uplink has no 'decoded_payload': give the device a payload formatter",
            )
        if find(message, ("uplink_message", "frm_payload")) in (MISSING, None, ""):
            raise UnreadableMessage("no-decoded-object", "the frame was empty (no 'frm_payload')")
        return decoded

    def native_key(self, message: dict[str, object]) -> str | None:
        """Return the mapping's key, or session and frame counter, or None without a session."""
        own = super().native_key(message)
        if own is not None:
            return own
        session = find(message, ("uplink_message", "session_key_id"))
        frame = find(message, ("uplink_message", "f_cnt"))
        if frame is MISSING:
            frame = 0
        if not isinstance(session, str) or not session or not session.isprintable():
            return None
        if not isinstance(frame, int) or isinstance(frame, bool) or not 0 <= frame < 2**32:
            return None
        key = f"{session}:{frame}"
        return key if len(key) <= KEY_LENGTH else None

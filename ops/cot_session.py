"""One TAK client: its negotiation, its pings, and its bounded slot of events to come.

The stream begins as XML. The server offers version 1 of the TAK protocol; a client that asks for it gets
protobuf from its answer on, in both directions. What a client tells of itself is read and not taken: this
server shows, it does not listen.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Final, NamedTuple

from lxml import etree

from geo.clock import Wall
from sensors.codecs.cot_writer import UNKNOWN, CotEvent, zulu

log = logging.getLogger(__name__)
#: bytes of one message of a client
MOST_BYTES: Final = 64 * 1024
#: events that wait for one client, at most one for each object; a client with more is dropped
MOST_WAITING: Final = 20_000
#: events written together, and bytes that may wait in the socket
_TOGETHER, _BUFFER_BYTES = 50, 256 * 1024
#: a client that takes nothing for so long is dropped [s]
SLOW_S: Final = 20.0
_PING, _PONG = "t-x-c-t", "t-x-c-t-r"
_OFFER, _ASK, _ANSWER = "t-x-takp-v", "t-x-takp-q", "t-x-takp-r"
_END: Final = b"</event>"
_MAGIC: Final = 0xBF


class SessionError(Exception):
    """Raised when a client is not understood or does not keep up; says why."""


class Heard(NamedTuple):
    """What a client said: the type of its event, and the version it asks for, if it asks."""

    type: str
    version: str | None


class CotSession:
    """Talks to one client until it leaves."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str, *, wall: Wall
    ) -> None:
        self.name = name
        self._reader = reader
        self._writer = writer
        self._wall = wall
        self._waiting: dict[str, CotEvent] = {}
        self._replies: list[tuple[bytes, bool]] = []
        self._something = asyncio.Event()
        self._protobuf = False
        self._ignored: set[str] = set()
        self._fault: str | None = None

    @property
    def protobuf(self) -> bool:
        """Whether the client asked for version 1 and got it."""
        return self._protobuf

    def offer(self, events: Iterable[CotEvent]) -> None:
        """Let events go to the client; of one object only the newest waits."""
        for event in events:
            self._waiting.pop(event.uid, None)
            self._waiting[event.uid] = event
        if len(self._waiting) > MOST_WAITING:
            self._fault = f"more than {MOST_WAITING} events wait"
        self._something.set()

    async def run(self) -> None:
        """Serve until the client leaves. Raises `SessionError` when it is dropped."""
        self._writer.transport.set_write_buffer_limits(high=_BUFFER_BYTES)
        offer = '<TakControl><TakProtocolSupport version="1"/></TakControl>'
        self._reply(self._control(_OFFER, offer), switch=False)
        tasks = {asyncio.create_task(self._listen()), asyncio.create_task(self._speak())}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._writer.close()

    async def _speak(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            while self._replies or self._waiting:
                if self._fault is not None:
                    raise SessionError(self._fault)
                self._writer.write(self._next_bytes())
                try:
                    await asyncio.wait_for(self._writer.drain(), SLOW_S)
                except TimeoutError:
                    raise SessionError(f"it has taken nothing for {SLOW_S:g} s") from None

    def _next_bytes(self) -> bytes:
        if self._replies:
            payload, switch = self._replies.pop(0)
            self._protobuf = self._protobuf or switch
            return payload
        names = list(self._waiting)[:_TOGETHER]
        events = [self._waiting.pop(name) for name in names]
        return b"".join(event.protobuf if self._protobuf else event.xml for event in events)

    async def _listen(self) -> None:
        while (message := await self._message()) is not None:
            self._hear(read_heard(message))

    async def _message(self) -> bytes | None:
        """Return the client's next message, None when it has left."""
        try:
            if not self._protobuf:
                first = await self._reader.readexactly(1)
                if first[0] != _MAGIC:
                    return first + await self._reader.readuntil(_END)
            elif (await self._reader.readexactly(1))[0] != _MAGIC:
                raise SessionError("no TAK message begins where one should")
            head, length = await self._length()
            if length > MOST_BYTES:
                raise SessionError(f"a message of {length} bytes, at most {MOST_BYTES}")
            return bytes([_MAGIC]) + head + await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        except asyncio.LimitOverrunError as fault:
            raise SessionError(f"a message of more than {MOST_BYTES} bytes") from fault

    async def _length(self) -> tuple[bytes, int]:
        head, length = b"", 0
        for place in range(4):
            byte = await self._reader.readexactly(1)
            head += byte
            length |= (byte[0] & 0x7F) << (7 * place)
            if byte[0] < 0x80:
                return head, length
        raise SessionError("a length of more than four bytes")

    def _hear(self, heard: Heard) -> None:
        if heard.type == _PING:
            self._reply(self._pong())
        elif heard.type == _ASK:
            agreed = heard.version == "1" and not self._protobuf
            answer = f'<TakControl><TakResponse status="{str(agreed).lower()}"/></TakControl>'
            self._reply(self._control(_ANSWER, answer), switch=agreed)
        elif heard.type not in self._ignored and len(self._ignored) < 100:
            self._ignored.add(heard.type)
            log.info("%s: events of type %s are not taken over", self.name, heard.type[:60])

    def _reply(self, payload: bytes, *, switch: bool = False) -> None:
        if len(self._replies) > 100:
            raise SessionError("it asks without taking the answers")
        self._replies.append((payload, switch))
        self._something.set()

    def _pong(self) -> bytes:
        now = self._wall()
        stale = now + timedelta(seconds=20)
        event = CotEvent(
            uid="takPong", type=_PONG, how="h-g-i-g-o", time=now, start=now, stale=stale, hae_m=0.0
        )
        return event.protobuf if self._protobuf else event.xml

    def _control(self, kind: str, detail: str) -> bytes:
        now = self._wall()
        event = etree.Element(
            "event", version="2.0", uid=f"protouid.{uuid.uuid4()}", type=kind, how="m-g", time=zulu(now),
            start=zulu(now), stale=zulu(now + timedelta(seconds=60)),
        )  # fmt: skip
        unknown = f"{UNKNOWN:.1f}"
        etree.SubElement(event, "point", lat="0.0", lon="0.0", hae="0.0", ce=unknown, le=unknown)
        etree.SubElement(event, "detail").append(etree.fromstring(detail))
        text: bytes = etree.tostring(event, xml_declaration=True, encoding="UTF-8", standalone=True)
        return text


def read_heard(message: bytes) -> Heard:
    """Return what a client said. Raises `SessionError` for what is no event."""
    if message[:1] == bytes([_MAGIC]):
        from takproto import parse_proto

        try:
            parsed = parse_proto(bytearray(message))
            return Heard(str(parsed.cotEvent.type), None)
        except Exception as fault:
            raise SessionError(f"no TAK message: {str(fault)[:80]}") from fault
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        event = etree.fromstring(message.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise SessionError(f"no XML: {str(fault)[:80]}") from fault
    if event.tag != "event" or event.getroottree().docinfo.doctype:
        raise SessionError("no event, or one with a document type")
    asked = event.find("detail/TakControl/TakRequest")
    return Heard(event.get("type", ""), None if asked is None else asked.get("version"))

"""The CoT server as TAK clients meet it: real sockets, a real database, both protocols, TLS, slow clients."""

from __future__ import annotations

import asyncio
import logging
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from takproto import TAKProtoVer, parse_proto, xml2proto

from geo.change import Change, record
from geo.engine import connect
from geo.incident import Incident, open_incident
from ops import cot_session
from ops.cot_server import CotRequest, CotServer
from ops.servers.process import wait_until
from sensors.codecs.cot_writer import CotEvent

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
GAUGE: dict[str, Any] = {
    "id": "g1", "name": "橋1", "river": "飯尾川", "lon": 134.36, "lat": 34.07, "datum": "T.P.",
    "class": "danger", "level_m": 6.79, "observed_at": "2026-11-25T02:50:00Z", "silent": False,
    "threshold_doubt": False, "provisional": False,
}  # fmt: skip
PLACE = """
INSERT INTO gauge (id, name, river, geom, scheme, danger_m, source)
VALUES ('g1', '橋1', '飯尾川', ST_SetSRID(ST_Point(134.36, 34.07), 4326), 'crisis-management', 6.67, 'test')
"""
STATE = """
INSERT INTO river_state (incident_id, gauge_id, version, level_m, observed_at, received_at, source, flag,
                         reasons, river_class, provisional, alarm, threshold_doubt, trend)
VALUES (%s, 'g1', 1, 6.79, now(), now(), 'test', 1, '{}', 'danger', false, true, false, 'rising')
"""
TIMES = 'time="2026-11-25T03:00:00Z" start="2026-11-25T03:00:00Z" stale="2026-11-25T03:01:00Z"'
POINT = '<point lat="0.0" lon="0.0" hae="0.0" ce="9999999.0" le="9999999.0"/>'


def said(kind: str, detail: str = "<detail/>") -> str:
    return f'<event version="2.0" uid="EUD-1" type="{kind}" how="m-g" {TIMES}>{POINT}{detail}</event>'


class Client:
    """A TAK client on a real socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def heard(self) -> bytes:
        return await asyncio.wait_for(self.reader.readuntil(b"</event>"), 10)

    async def heard_protobuf(self) -> Any:
        async with asyncio.timeout(10):
            head = await self.reader.readexactly(2)
            length = head[1] & 0x7F
            while head[-1] >= 0x80:
                head += await self.reader.readexactly(1)
                length |= (head[-1] & 0x7F) << 7 * (len(head) - 2)
            return parse_proto(bytearray(head + await self.reader.readexactly(length)))

    def say(self, message: str | bytes) -> None:
        self.writer.write(message.encode() if isinstance(message, str) else message)


@pytest.fixture(scope="module")
def house(shared_database_url: str) -> tuple[str, Incident]:
    with connect(shared_database_url) as connection:
        connection.execute("INSERT INTO installation (kind) VALUES ('operational')")
        connection.execute(PLACE)
        connection.commit()
        incident = open_incident(connection, slug="storm", name="台風", kind="actual", opened_at=NOW)
        connection.execute(STATE, (incident.id,))
    return shared_database_url, incident


def tell(house: tuple[str, Incident], version: int, **change: Any) -> None:
    url, incident = house
    with connect(url) as connection, connection.cursor() as cursor:
        record(cursor, incident.id, [Change("gauge", "g1", version, {**GAUGE, **change})])


@asynccontextmanager
async def running(server: CotServer) -> AsyncIterator[int]:
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(server.run(port.set_result))
    try:
        yield await asyncio.wait_for(port, 10)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def joined(port: int, **tls: Any) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20, **tls)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()


def test_a_client_sees_the_picture_its_changes_and_gets_its_pongs(house: tuple[str, Incident]) -> None:
    async def meet() -> None:
        async with running(CotServer(house[0], CotRequest(port=0))) as port, joined(port) as client:
            assert b'type="t-x-takp-v"' in await client.heard()
            first = await client.heard()
            assert "飯尾川 橋1 6.79 m T.P.".encode() in first
            client.say(said("t-x-c-t"))
            assert b'type="t-x-c-t-r"' in await client.heard()
            tell(house, 2, level_m=7.01)
            assert b"7.01 m" in await client.heard()
            tell(house, 3, **{"class": "start"})
            gone = await client.heard()
            assert b'type="t-x-d-d"' in gone
            assert b'uid="sonae.gauge.g1" type="b-m-p-s-m"' in gone

    asyncio.run(meet())


def test_a_client_that_asks_for_it_gets_protobuf_in_both_directions(house: tuple[str, Incident]) -> None:
    async def meet() -> None:
        async with running(CotServer(house[0], CotRequest(port=0))) as port, joined(port) as client:
            assert b'TakProtocolSupport version="1"' in await client.heard()
            await client.heard()
            ask = '<detail><TakControl><TakRequest version="1"/></TakControl></detail>'
            client.say(said("t-x-takp-q", ask))
            answer = await client.heard()
            assert b'type="t-x-takp-r"' in answer
            assert b'TakResponse status="true"' in answer
            client.say(bytes(xml2proto(said("t-x-c-t"), TAKProtoVer.STREAM)))
            assert (await client.heard_protobuf()).cotEvent.type == "t-x-c-t-r"
            tell(house, 20, level_m=7.5)
            event = (await client.heard_protobuf()).cotEvent
            assert (event.uid, event.detail.contact.callsign) == ("sonae.gauge.g1", "飯尾川 橋1 7.50 m T.P.")

    asyncio.run(meet())


def test_slow_and_rude_clients_are_dropped_with_a_line_and_disturb_nobody(
    house: tuple[str, Incident], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cot_session, "MOST_WAITING", 0)
    caplog.set_level(logging.INFO)

    async def meet() -> None:
        async with running(CotServer(house[0], CotRequest(port=0))) as port:
            async with joined(port) as slow:
                await asyncio.wait_for(_until_closed(slow), 10)
            monkeypatch.setattr(cot_session, "MOST_WAITING", 1000)
            async with joined(port) as rude, joined(port) as polite:
                rude.say(b"<event>" + b"x" * 200_000)
                await asyncio.wait_for(_until_closed(rude), 10)
                await polite.heard()
                polite.say(said("a-f-G-U-C"))
                polite.say(said("t-x-c-t"))
                while b"t-x-c-t-r" not in await polite.heard():
                    pass

    asyncio.run(meet())
    told = caplog.text
    assert "dropped: more than 0 events wait" in told
    assert "dropped: a message of more than" in told
    assert "events of type a-f-G-U-C are not taken over" in told
    assert "not carried: warnings" in told


def test_a_client_that_takes_nothing_is_dropped_and_the_others_are_served(
    house: tuple[str, Incident], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cot_session, "SLOW_S", 0.3)
    server = CotServer(house[0], CotRequest(port=0))
    big = [
        CotEvent(
            uid=f"big.{number}", type="b-m-p-s-m", how="m-g", time=NOW, start=NOW, stale=NOW,
            remarks="x" * 100_000,
        )
        for number in range(150)
    ]  # fmt: skip

    async def meet() -> None:
        async with running(server) as port, joined(port) as deaf, joined(port) as hears:
            await asyncio.gather(deaf.heard(), hears.heard())
            deaf.writer.transport.pause_reading()  # type: ignore[attr-defined]
            server._publish(big)
            async with asyncio.timeout(20):
                while b'uid="big.149"' not in await hears.heard():
                    pass
                assert await asyncio.to_thread(wait_until, lambda: server.clients == 1, 10)

    asyncio.run(meet())
    assert "dropped: it has taken nothing for 0.3 s" in caplog.text


async def _until_closed(client: Client) -> None:
    try:
        while await client.reader.read(65536):
            pass
    except ConnectionError:
        return


def test_it_cannot_write_into_the_database(house: tuple[str, Incident]) -> None:
    from ops.cot_feed import _OPTIONS

    with (
        psycopg.connect(house[0], options=_OPTIONS) as connection,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        connection.execute("INSERT INTO device (id, kind) VALUES ('x', 'team')")


def test_beyond_loopback_only_certificates_of_our_own_are_let_in(
    house: tuple[str, Incident], tmp_path: Path
) -> None:
    certify(tmp_path)

    def trusting(*chain: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        context.check_hostname = False
        if chain:
            context.load_cert_chain(tmp_path / chain[0], tmp_path / chain[1])
        return context

    request = CotRequest(
        port=0, certificate=tmp_path / "eud.pem", key=tmp_path / "eud.key", authority=tmp_path / "ca.pem"
    )

    async def meet() -> None:
        async with running(CotServer(house[0], request)) as port:
            async with joined(port, ssl=trusting("eud.pem", "eud.key")) as client:
                assert b"t-x-takp-v" in await client.heard()
            async with joined(port, ssl=trusting()) as stranger:
                with pytest.raises((ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)):
                    await stranger.heard()

    asyncio.run(meet())


def certify(folder: Path) -> None:
    """Make an authority and one certificate that it signed."""
    new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]

    def run(*command: str) -> None:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    run(*new, "-x509", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
    run(*new, "-subj", "/CN=eud", "-keyout", "eud.key", "-out", "eud.csr")
    run("openssl", "x509", "-req", "-in", "eud.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
        "-days", "1", "-out", "eud.pem")  # fmt: skip

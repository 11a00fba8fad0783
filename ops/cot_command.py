"""The command `cot-server`. The work is in `ops.cot_server`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.errors import OpsError
from ops.here import installation_here


def cot_server(
    host: Annotated[
        str, typer.Option(help="Address to listen on; beyond loopback with certificates only.")
    ] = ("127.0.0.1"),
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; without it 8087, with certificates 8089.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="The server's certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    ca: Annotated[Path | None, typer.Option(help="Whose signature clients must show (PEM).")] = None,
    language: Annotated[str, typer.Option(help="Language of what clients read: ja or en.")] = "ja",
) -> None:
    """Show the picture in ATAK, WinTAK and iTAK: Cursor on Target over TCP, only reading (docs/cot.md)."""
    import asyncio
    import logging

    from ops.cot_server import PLAIN_PORT, TLS_PORT, CotRequest, CotServer

    if language not in ("ja", "en"):
        raise OpsError(f"--language is {language!r}; it must be ja or en")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("ops").setLevel(logging.INFO)
    usual = PLAIN_PORT if certificate is None else TLS_PORT
    request = CotRequest(
        host=host,
        port=usual if port is None else port,
        certificate=certificate,
        key=key,
        authority=ca,
        language="en" if language == "en" else "ja",
    )
    server = CotServer(installation_here().running_settings.require_database_url(), request)
    try:
        asyncio.run(server.run())
    except KeyboardInterrupt:
        return

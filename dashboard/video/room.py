"""The room of the videos: where streams come from, who watches them, and their thumbnails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Self

import httpx
from psycopg.rows import DictRow

from dashboard.video.origin import ANSWER_S, FolderOrigin, GatewayOrigin, NowhereOrigin, Origin
from dashboard.video.thumbnail import Thumbnails
from dashboard.video.watch import Pool, VideoWatch
from geo.clock import Wall
from geo.settings import Settings

#: connections to a gateway at once
MOST_CONNECTIONS: Final = 40


class VideoRoom:
    """What the routes of videos use. Making it connects nothing."""

    def __init__(self, settings: Settings, pool: Pool, *, wall: Wall, monotonic: Callable[[], float]) -> None:
        self.gateway = settings.video_gateway
        self.whep = settings.video_whep
        self.folder: Path = settings.state_dir / "video"
        self.thumbnails = Thumbnails(monotonic)
        self._wall = wall
        #: the gateway is beside us: a proxy of the environment is for addresses outside
        self.client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            timeout=ANSWER_S,
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
        )
        self.watch = VideoWatch(pool, self.origin, self.thumbnails.forget, wall=wall, monotonic=monotonic)

    async def __aenter__(self) -> Self:
        """Lend the room."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections to the gateway, and end the decoder."""
        await self.client.aclose()
        await self.thumbnails.close()

    def origin(self, row: DictRow | Mapping[str, Any]) -> Origin:
        """Return where the pieces of a stream come from."""
        if row["way"] == "folder":
            return FolderOrigin(self.folder, row["path"])
        if self.gateway is None:
            return NowhereOrigin()
        return GatewayOrigin(self.client, self.gateway, row["path"], self._wall)

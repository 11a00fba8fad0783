"""Settings: where the database, the broker and the state of this installation are.

Read once at the command line from the environment (`SONAE_*`) and passed on; nothing here connects.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

Installation = Literal["operational", "demo"]

#: where the dashboard listens when nothing is said: a demo does not take the operational one's place
HTTP_PORTS: Final[Mapping[Installation, int]] = {"operational": 8400, "demo": 8401}
#: the public face listens so many ports above the dashboard when nothing is said
PUBLIC_ABOVE: Final = 10
#: elevation tiles of the Geospatial Information Authority of Japan, open to the public
GSI_TILES: Final = "https://cyberjapandata.gsi.go.jp/xyz"


class SettingsError(ValueError):
    """Raised when an environment variable holds a value that cannot be used; names the variable."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a process of Sonae must know before it can start."""

    #: which installation: `demo` holds drills and printed accounts, `operational` never does
    installation: Installation = "operational"
    #: folder of this installation's servers, secrets, logs
    state_dir: Path = Path(".sonae/operational")
    #: SQLAlchemy/libpq address of the database; None = the private server of this installation
    database_url: str | None = None
    #: broker address `mqtt://user:password@host:port`; None = the private broker
    mqtt_url: str | None = None
    #: shared-subscription group of the ingest processes; None = plain subscription
    mqtt_share_group: str | None = None
    #: name of this process among its kind, e.g. `ingest-2`; None = the kind's own name
    service_id: str | None = None
    #: loopback port of the ingest process's `/metrics`; 0 = a free one, None = not served
    metrics_port: int | None = 0
    http_host: str = "127.0.0.1"
    http_port: int = HTTP_PORTS["operational"]
    #: where the public face listens, and its processes
    public_host: str = "127.0.0.1"
    public_port: int = HTTP_PORTS["operational"] + PUBLIC_ABOVE
    public_workers: int = 1
    #: processes that share the work of one simulated flood
    simulation_processes: int = 1
    #: Dask scheduler `tcp://host:port` that simulated floods are computed on; None = this machine
    dask_scheduler: str | None = None
    #: trust the `X-Forwarded-*` headers of a proxy on this address; None = no proxy
    proxy_address: str | None = None
    #: cookies are sent over https only; off for plain http on loopback
    secure_cookies: bool = True
    #: address below which elevation tiles lie (`./sonae terrain fetch`)
    gsi_tiles: str = GSI_TILES
    #: address of an HLS gateway, and of the same one's WebRTC (WHEP); None = there is none
    video_gateway: str | None = None
    video_whep: str | None = None
    #: Atom feeds of 気象庁's disaster XML and of CAP messages; none = nothing is fetched
    jma_feed: tuple[str, ...] = ()
    cap_feed: tuple[str, ...] = ()
    #: folder into which somebody else puts official messages; None = none
    telegram_folder: Path | None = None
    #: two-digit codes of the prefectures whose official messages concern us; none = all
    warning_prefectures: frozenset[str] = frozenset()

    def require_database_url(self) -> str:
        """Return the database address or raise `SettingsError` saying how to get one."""
        if self.database_url is None:
            raise SettingsError(
                "no database: set SONAE_DATABASE_URL, or start the private one with './sonae up'"
            )
        return self.database_url

    def require_mqtt_url(self) -> str:
        """Return the broker address or raise `SettingsError` saying how to get one."""
        if self.mqtt_url is None:
            raise SettingsError("no broker: set SONAE_MQTT_URL, or start the private one with './sonae up'")
        return self.mqtt_url


def read_settings(environment: Mapping[str, str] | None = None, *, root: Path | None = None) -> Settings:
    """Build `Settings` from `SONAE_*` variables.

    Parameters: `environment` (default: the process's own) and `root`, the folder that holds `.sonae`
    (default: the working folder). Raises `SettingsError` naming the variable at fault.
    """
    env = os.environ if environment is None else environment
    installation = _installation(env.get("SONAE_INSTALLATION", "operational"))
    state = env.get("SONAE_STATE_DIR")
    state_dir = Path(state) if state else (root or Path.cwd()) / ".sonae" / installation
    host = env.get("SONAE_HTTP_HOST", "127.0.0.1")
    port = _port(env, "SONAE_HTTP_PORT", HTTP_PORTS[installation])
    return Settings(
        installation=installation,
        state_dir=state_dir,
        database_url=_url(env, "SONAE_DATABASE_URL", ("postgresql", "postgres")),
        mqtt_url=_url(env, "SONAE_MQTT_URL", ("mqtt", "mqtts")),
        mqtt_share_group=env.get("SONAE_MQTT_SHARE_GROUP") or None,
        service_id=env.get("SONAE_SERVICE_ID") or None,
        metrics_port=None if env.get("SONAE_METRICS_PORT") == "no" else _port(env, "SONAE_METRICS_PORT", 0),
        http_host=host,
        http_port=port,
        public_host=env.get("SONAE_PUBLIC_HOST", host),
        public_port=_port(env, "SONAE_PUBLIC_PORT", min(port + PUBLIC_ABOVE, 65535) if port else 0),
        public_workers=_count(env, "SONAE_PUBLIC_WORKERS", 1),
        simulation_processes=_count(env, "SONAE_SIMULATION_PROCESSES", 1),
        dask_scheduler=_url(env, "SONAE_DASK_SCHEDULER", ("tcp", "tls", "ucx", "ws", "wss")),
        proxy_address=env.get("SONAE_PROXY_ADDRESS") or None,
        secure_cookies=_flag(
            env, "SONAE_SECURE_COOKIES", default=host not in ("127.0.0.1", "::1", "localhost")
        ),
        gsi_tiles=_url(env, "SONAE_GSI_TILES", ("http", "https")) or GSI_TILES,
        video_gateway=_url(env, "SONAE_VIDEO_GATEWAY", ("http", "https")),
        video_whep=_url(env, "SONAE_VIDEO_WHEP", ("http", "https")),
        jma_feed=_addresses(env, "SONAE_JMA_FEED"),
        cap_feed=_addresses(env, "SONAE_CAP_FEED"),
        telegram_folder=Path(env["SONAE_TELEGRAM_FOLDER"]) if env.get("SONAE_TELEGRAM_FOLDER") else None,
        warning_prefectures=_prefectures(env, "SONAE_WARNING_PREFECTURES"),
    )


def _installation(value: str) -> Installation:
    if value not in get_args(Installation):
        raise SettingsError(f"SONAE_INSTALLATION is {value!r}; it must be 'operational' or 'demo'")
    return "demo" if value == "demo" else "operational"


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    value = env.get(name)
    if not value:
        return None
    scheme = urlsplit(value).scheme.split("+")[0]
    if scheme not in schemes:
        raise SettingsError(f"{name} has the scheme {scheme!r}; it must be one of {', '.join(schemes)}")
    return value


def _addresses(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return the http addresses of a variable, which are separated by blanks."""
    addresses = tuple(env.get(name, "").split())
    for address in addresses:
        _url({name: address}, name, ("http", "https"))
    return addresses


def _prefectures(env: Mapping[str, str], name: str) -> frozenset[str]:
    codes = env.get(name, "").replace(",", " ").split()
    for code in codes:
        if len(code) != 2 or not code.isdigit() or not 1 <= int(code) <= 47:
            raise SettingsError(f"{name} holds {code!r}; it must be two-digit prefecture codes (01 to 47)")
    return frozenset(codes)


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, str(default))
    if not value.isdigit() or not 0 <= int(value) <= 65535:
        raise SettingsError(f"{name} is {value!r}; it must be a port number from 0 to 65535")
    return int(value)


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, str(default))
    if not value.isdigit() or not 1 <= int(value) <= 256:
        raise SettingsError(f"{name} is {value!r}; it must be a number from 1 to 256")
    return int(value)


def _flag(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = env.get(name)
    if value is None:
        return default
    if value.lower() not in ("0", "1", "true", "false", "yes", "no"):
        raise SettingsError(f"{name} is {value!r}; it must be yes or no")
    return value.lower() in ("1", "true", "yes")

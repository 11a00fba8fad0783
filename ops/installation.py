"""An installation: its settings, secrets, and the private servers it runs where none are named.

`SONAE_DATABASE_URL` and `SONAE_MQTT_URL` name servers of somebody else; without them PostgreSQL and
Mosquitto of our own stand in the state folder.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from geo.clock import wall_now
from geo.engine import connect, make_engine
from geo.incident import NoIncidentError, find_incident, open_incident
from geo.migrations.run import current, head, upgrade
from geo.settings import Settings, SettingsError
from ingest.sources import vehicle_filters
from ops.credentials import Credentials
from ops.errors import InstallationError
from ops.incidents import STANDING_WATCH
from ops.servers.broker import PrivateBroker
from ops.servers.broker_accounts import INGEST
from ops.servers.postgres import PrivatePostgres
from sensors.codecs.vehicle_table import is_vehicle_source
from sensors.reading import SourceError

#: apart from each other and from 1883, which a broker of the system's may hold
BROKER_PORTS = {"operational": 18830, "demo": 18831}


class Installation:
    """What stands in one state folder. Constructing it starts nothing.

    `postgres` and `broker` are the private servers, None where the settings name another.
    """

    def __init__(self, settings: Settings, *, broker_port: int | None = None) -> None:
        self.state_dir = settings.state_dir.absolute()
        self._given = replace(settings, state_dir=self.state_dir)
        self.credentials = Credentials(self.state_dir)
        self.log_dir = self.state_dir / "log"
        self.postgres = None if settings.database_url else PrivatePostgres(self.state_dir / "postgres")
        port = broker_port or broker_port_from(os.environ, settings.installation)
        self.broker = None if settings.mqtt_url else PrivateBroker(self.state_dir / "broker", port)

    def prepare(self) -> None:
        """Make the state folder, the secrets and the broker's accounts of our own services."""
        self.state_dir.mkdir(parents=True, exist_ok=True)
        # The servers' accounts pass through to their own folders; nobody else sees what is here.
        self.state_dir.chmod(0o711)
        self.log_dir.mkdir(mode=0o700, exist_ok=True)
        self.credentials.session_secret()
        if self.broker is not None:
            self.broker.add_accounts(self.credentials.broker_passwords([INGEST]))
            self.broker.let_ingest_read(source_filters(self.state_dir))

    @property
    def settings(self) -> Settings:
        """The settings with the private servers' addresses filled in, whether they run or not."""
        database_url, mqtt_url = self._given.database_url, self._given.mqtt_url
        if self.postgres is not None:
            database_url = self.postgres.url()
        if self.broker is not None:
            mqtt_url = self.broker.url(INGEST, self.credentials.broker_passwords([INGEST])[INGEST])
        return replace(self._given, database_url=database_url, mqtt_url=mqtt_url)

    @property
    def running_settings(self) -> Settings:
        """The settings with the addresses of those private servers that run now."""
        settings = self._given
        if self.postgres is not None and self.postgres.running():
            settings = replace(settings, database_url=self.settings.database_url)
        if self.broker is not None and self.broker.running():
            settings = replace(settings, mqtt_url=self.settings.mqtt_url)
        return settings

    @contextmanager
    def database(self) -> Iterator[str]:
        """Lend the database's address; a private server that does not run is started for this while.

        Raises `InstallationError` when the database does not answer.
        """
        if self.postgres is None or self.postgres.running():
            database_url = self.settings.require_database_url()
            _require_answer(database_url)
            yield database_url
            return
        self.prepare()
        with self.postgres:
            yield self.postgres.url()

    def environment(self) -> dict[str, str]:
        """Return the environment of a process of this installation."""
        settings = self.settings
        return {
            **os.environ,
            "SONAE_INSTALLATION": settings.installation,
            "SONAE_STATE_DIR": str(settings.state_dir),
            "SONAE_DATABASE_URL": settings.require_database_url(),
            "SONAE_MQTT_URL": settings.require_mqtt_url(),
            "SONAE_HTTP_HOST": settings.http_host,
            "SONAE_HTTP_PORT": str(settings.http_port),
            "SONAE_PUBLIC_HOST": settings.public_host,
            "SONAE_PUBLIC_PORT": str(settings.public_port),
            "SONAE_PUBLIC_WORKERS": str(settings.public_workers),
            "SONAE_SECURE_COOKIES": "yes" if settings.secure_cookies else "no",
        }

    def migrate(self) -> tuple[str | None, str]:
        """Bring the database to the newest schema and claim it; return the revisions before and after."""
        return migrate(self.settings.require_database_url(), self._given.installation)


def broker_port_from(environment: Mapping[str, str], installation: str) -> int:
    """Return the private broker's port: `SONAE_BROKER_PORT`, or the installation's own."""
    value = environment.get("SONAE_BROKER_PORT", str(BROKER_PORTS[installation]))
    if not value.isdigit() or not 0 < int(value) <= 65535:
        raise SettingsError(f"SONAE_BROKER_PORT is {value!r}; it must be a port number from 1 to 65535")
    return int(value)


def write_broker_files(settings: Settings, *, listen: str, port: int) -> None:
    """Write the files of a broker that somebody else starts, in a container of its own.

    Ingest's password is the environment's `SONAE_INGEST_PASSWORD`. Raises `SettingsError` without one.
    """
    password = os.environ.get("SONAE_INGEST_PASSWORD")
    if not password:
        raise SettingsError("SONAE_INGEST_PASSWORD is not set: ingest could not sign in at the broker")
    broker = PrivateBroker(settings.state_dir / "broker", port, listen=listen)
    broker.add_accounts({INGEST: password})
    broker.let_ingest_read(source_filters(settings.state_dir))
    broker.write_files()


def source_filters(state_dir: Path) -> list[str]:
    """Return the topic filters of all sources: `state_dir/sources/*.toml` and shipped ones (docs/topics.md).

    Raises `SettingsError` naming the file that cannot be read.
    """
    filters = []
    for path in sorted((state_dir / "sources").glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8")
            if not is_vehicle_source(text):
                filters.append(str(tomllib.loads(text)["topic"]))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as fault:
            raise SettingsError(f"{path}: no topic filter can be read: {fault!r}") from fault
    try:
        return [*filters, *vehicle_filters(state_dir)]
    except SourceError as fault:
        raise SettingsError(str(fault)) from fault


def migrate(database_url: str, installation: str) -> tuple[str | None, str]:
    """Run the migrations and write into the database which kind of installation it belongs to.

    Returns the revisions before and after. Raises `InstallationError` when the database was a demo's
    and we are operational, or the reverse: a real flood must not be run among drills.
    """
    engine = make_engine(database_url, application="sonae migrate")
    try:
        before = current(engine)
        if before is not None:
            _claim(database_url, installation)
        upgrade(engine)
    finally:
        engine.dispose()
    _claim(database_url, installation)
    if installation == "operational":
        _open_standing_watch(database_url)
    return before, head()


def _open_standing_watch(database_url: str) -> None:
    """See that readings have an incident to belong to: between floods it is the standing watch."""
    with connect(database_url, application="sonae migrate") as connection:
        try:
            find_incident(connection)
        except NoIncidentError:
            now = wall_now()
            slug = f"standing-watch-{now:%Y%m%dT%H%M%SZ}"
            open_incident(connection, slug=slug, name=STANDING_WATCH, kind="actual", opened_at=now)


def _claim(database_url: str, installation: str) -> None:
    with connect(database_url, application="sonae migrate") as connection:
        connection.execute(
            "INSERT INTO installation (kind) VALUES (%s) ON CONFLICT DO NOTHING", (installation,)
        )
        (kind,) = connection.execute("SELECT kind FROM installation").fetchone() or (None,)
    if kind != installation:
        raise InstallationError(
            f"this database belongs to the installation {kind!r} and we are {installation!r}: "
            "set SONAE_DATABASE_URL to another database, or SONAE_INSTALLATION"
        )


def _require_answer(database_url: str) -> None:
    try:
        connect(database_url, application="sonae ops").close()
    except psycopg.OperationalError as fault:
        raise InstallationError(f"the database does not answer: {str(fault).strip()}") from fault

"""The channels of an installation: `channels.toml` in its state folder, and what stands there by default.

An operational installation has public channels and nothing else; a demo has channels for drills, and those
lead to this machine only. Passwords and secrets stand in files of their own, named relative to the folder.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args
from urllib.parse import urlsplit

from alerts.cap_message import Sender
from alerts.channels.mail import recipient_of
from alerts.web_push import is_loopback
from geo.settings import Installation, Settings

FILE: Final = "channels.toml"
#: where texts for other people's channels are put when nothing else is said
OUTGOING: Final = "outgoing"

Kind = Literal["mail", "webhook", "l_alert", "cell_broadcast", "loudspeaker", "notice"]
#: what is written to files, and its name when the list names none
_EXPORTS: Final[Mapping[Kind, str]] = {
    "l_alert": "Lアラート形式",
    "cell_broadcast": "緊急速報メール",
    "loudspeaker": "防災行政無線",
    "notice": "掲示",
}
_SENDER: Final = re.compile(r"[A-Za-z0-9@._+-]{3,120}")
_NAME: Final = re.compile(r"[^/\x00-\x1f]{1,60}")
_ADDRESS: Final = re.compile(r"[^@\s,<>/]+@[^@\s,<>/]+")
_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "mail": frozenset({"host", "port", "security", "from", "to", "user", "password_file"}),
    "webhook": frozenset({"url", "secret_file"}),
    **dict.fromkeys(_EXPORTS, frozenset({"folder"})),
}


class ChannelError(ValueError):
    """Raised when the list of channels cannot be used; names the file and the entry."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One entry: a way out, for all municipalities or for some."""

    name: str
    kind: Kind
    #: municipalities, five digits; empty = all
    areas: tuple[str, ...] = ()
    #: what its kind needs, checked
    options: Mapping[str, Any] = field(default_factory=dict)

    def serves(self, area: str) -> bool:
        """Whether orders of a municipality go this way."""
        return not self.areas or area in self.areas

    @property
    def recipients(self) -> tuple[str, ...]:
        """Those of its deliveries."""
        if self.kind == "mail":
            return tuple(recipient_of(self.name, address) for address in self.options["to"])
        return (self.name,)

    @property
    def leads_to(self) -> str:
        """Where it leads, for people; without secrets."""
        if self.kind == "mail":
            return f"{self.options['host']}:{self.options['port']} → {', '.join(self.options['to'])}"
        if self.kind == "webhook":
            # an address may hold a secret in its path
            return str(urlsplit(self.options["url"]).netloc)
        return str(self.options["folder"])


@dataclass(frozen=True, kw_only=True)
class Channels:
    """Everything an installation tells by."""

    installation: Installation
    state_dir: Path
    sender: Sender
    #: `mailto:` address that push services may write to; None = no push
    push_contact: str | None
    listed: tuple[Channel, ...]
    #: reading of names for loudspeakers
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def public_url(self) -> str | None:
        """Address of the public face, for links and codes."""
        return self.sender.web

    def serving(self, area: str) -> tuple[Channel, ...]:
        """Return the channels that orders of a municipality go by."""
        return tuple(channel for channel in self.listed if channel.serves(area))


def read_channels(settings: Settings) -> Channels:
    """Return the channels of an installation; without a file, those by default. Raises `ChannelError`.

    A demo's links lead to its own public face when the file names no other.
    """
    path = settings.state_dir / FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        table = {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise ChannelError(f"{path}: {fault}") from fault
    try:
        return channels_from(
            table, settings.state_dir, settings.installation, public_url=own_public_url(settings)
        )
    except ChannelError as fault:
        raise ChannelError(f"{path}: {fault}") from fault


def own_public_url(settings: Settings) -> str | None:
    """Return where a demo's public face listens; an operational one must be named, for it has a proxy."""
    if settings.installation != "demo" or not settings.public_port:
        return None
    return f"http://{settings.public_host}:{settings.public_port}"


def channels_from(
    table: Mapping[str, Any], state_dir: Path, installation: Installation, *, public_url: str | None = None
) -> Channels:
    """Return the channels that a parsed file lists. Raises `ChannelError` naming the entry."""
    _only(table, {"sender", "push", "channel", "readings"}, "the file")
    sender, push = _table(table, "sender"), _table(table, "push")
    _only(sender, {"id", "public_url"}, "sender")
    _only(push, {"contact"}, "push")
    entries = table.get("channel")
    if entries is not None and not isinstance(entries, list):
        raise ChannelError("channel is not a list of tables: each begins with [[channel]]")
    listed = (
        _defaults(state_dir)
        if entries is None
        else tuple(_channel(entry, number, state_dir) for number, entry in enumerate(entries, 1))
    )
    names = [channel.name for channel in listed]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ChannelError(f"two channels are called {twice!r}")
    demo = installation == "demo"
    if demo:
        _check_drill(listed)
    contact = push.get("contact") or ("mailto:simulator@localhost" if demo else None)
    if contact is not None and not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+", str(contact)):
        raise ChannelError(f"push: contact is {contact!r}, not an address like mailto:name@example.jp")
    return Channels(
        installation=installation,
        state_dir=state_dir,
        sender=_sender(sender, installation, public_url),
        push_contact=contact,
        listed=listed,
        readings={str(name): str(reading) for name, reading in _table(table, "readings").items()},
    )


def _defaults(state_dir: Path) -> tuple[Channel, ...]:
    folder = state_dir / OUTGOING
    return tuple(Channel(name=name, kind=kind, options={"folder": folder}) for kind, name in _EXPORTS.items())


def _sender(table: Mapping[str, Any], installation: str, public_url: str | None) -> Sender:
    # `.invalid` (RFC 2606): nobody can take it for somebody's
    name = str(table.get("id", f"sonae-{installation}.invalid"))
    if not _SENDER.fullmatch(name):
        raise ChannelError(f"sender: id is {name!r}; letters, digits and @ . _ + - only")
    web = table.get("public_url", public_url)
    if web is not None and urlsplit(str(web)).scheme not in ("http", "https"):
        raise ChannelError(f"sender: public_url is {web!r}, not an http(s) address")
    return Sender(id=name, web=web)


def _channel(entry: object, number: int, state_dir: Path) -> Channel:
    if not isinstance(entry, dict):
        raise ChannelError(f"channel {number} is not a table")
    name = entry.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ChannelError(f"channel {number} has no usable name (without '/', at most 60 characters)")
    kind = str(entry.get("kind"))
    if name in ("push", "cap"):
        raise ChannelError(f"channel {number} is called {name!r}, which is taken")
    if kind not in get_args(Kind):
        raise ChannelError(f"{name}: kind is {kind!r}; it must be one of {', '.join(get_args(Kind))}")
    _only(entry, {"name", "kind", "areas", *_KEYS[kind]}, name)
    areas = entry.get("areas", [])
    if not isinstance(areas, list) or not all(re.fullmatch(r"[0-9]{5}", str(code)) for code in areas):
        raise ChannelError(f"{name}: areas must be a list of five-digit municipalities")
    readers = {"mail": _mail, "webhook": _webhook}
    options = readers[kind](entry, name, state_dir) if kind in readers else _export(entry, state_dir)
    return Channel(name=name, kind=cast("Kind", kind), areas=tuple(map(str, areas)), options=options)


def _mail(entry: Mapping[str, Any], name: str, state_dir: Path) -> dict[str, Any]:
    host, port, to = entry.get("host"), entry.get("port", 587), entry.get("to")
    security = entry.get("security", "starttls")
    if not isinstance(host, str) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise ChannelError(f"{name}: host and port of the mail server are missing")
    if security not in ("tls", "starttls", "none"):
        raise ChannelError(f"{name}: security is {security!r}; it must be tls, starttls or none")
    if not isinstance(to, list) or not to:
        raise ChannelError(f"{name}: to must list at least one address")
    for address in (entry.get("from"), *to):
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            raise ChannelError(f"{name}: {address!r} is not an address")
    password = _secret(entry, "password_file", name, state_dir)
    if password is not None and security == "none" and not is_loopback(host):
        raise ChannelError(f"{name}: a password would cross the network unprotected; set security")
    return {
        "host": host,
        "port": port,
        "security": security,
        "from": entry["from"],
        "to": tuple(dict.fromkeys(to)),
        "user": entry.get("user"),
        "password": None if password is None else password.decode(),
    }


def _webhook(entry: Mapping[str, Any], name: str, state_dir: Path) -> dict[str, Any]:
    url = str(entry.get("url", ""))
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ChannelError(f"{name}: url must be https (http only on this machine)")
    secret = _secret(entry, "secret_file", name, state_dir)
    if secret is None or len(secret) < 16:
        raise ChannelError(f"{name}: secret_file must name a file with at least 16 bytes")
    return {"url": url, "secret": secret}


def _export(entry: Mapping[str, Any], state_dir: Path) -> dict[str, Any]:
    return {"folder": state_dir / str(entry.get("folder", OUTGOING))}


def _secret(entry: Mapping[str, Any], key: str, name: str, state_dir: Path) -> bytes | None:
    if key not in entry:
        return None
    path = state_dir / str(entry[key])
    try:
        return path.read_bytes().strip()
    except OSError as fault:
        raise ChannelError(f"{name}: {key} {path}: {fault.strerror}") from fault


def _check_drill(listed: tuple[Channel, ...]) -> None:
    for channel in listed:
        host = channel.options.get("host") or urlsplit(str(channel.options.get("url", ""))).hostname
        if host is not None and not is_loopback(host):
            raise ChannelError(
                f"{channel.name}: leads to {host}, but a demo holds drills, and a drill stays on this machine"
            )


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise ChannelError(f"{name} is not a table")
    return found


def _only(table: Mapping[str, Any], known: set[str] | frozenset[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise ChannelError(f"{where}: {', '.join(unknown)} is not known")

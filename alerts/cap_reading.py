"""CAP messages (1.0, 1.1, 1.2), from bytes to a bulletin.

A message names those it takes the place of (Update, Cancel: `references`). A sender that
`rules/cap_senders.toml` trusts speaks officially; any other is foreign and puts nothing in force.
Source: OASIS Common Alerting Protocol 1.2 (2010-07-01), 3.2 alert message elements.
"""

from __future__ import annotations

import json
import math
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from lxml import etree

from alerts.bulletin import ActualBulletin, Bulletin, ExerciseBulletin, TrialBulletin
from alerts.jma_area import with_wards
from alerts.telegram_xml import children, moment, text
from alerts.warning import UNKNOWN_LEVEL, Statement, Telegram, TelegramError
from geo.municipality import MunicipalityCodeError, five_digits

NAMESPACES: Final = (
    "urn:oasis:names:tc:emergency:cap:1.2",
    "urn:oasis:names:tc:emergency:cap:1.1",
    "http://www.incident.com/cap/1.0",
)
STATUSES: Final = ("Actual", "Exercise", "System", "Test", "Draft")
SCOPES: Final = ("Public", "Restricted", "Private")
#: corners that a circle is drawn with
CORNERS: Final = 32
EARTH_RADIUS_KM: Final = 6371.0


class ForeignSenderError(TelegramError):
    """Raised for a readable message whose sender is not trusted: kept, but not official here."""


@cache
def cap_rules() -> dict[str, Any]:
    """Return `rules/cap_senders.toml`."""
    return tomllib.loads((files("alerts") / "rules" / "cap_senders.toml").read_text(encoding="utf-8"))


def read_cap(root: etree._Element, name: str, *, rules: Mapping[str, Any] | None = None) -> Bulletin:
    """Return the bulletin that an `alert` is.

    Raises `ForeignSenderError` for a sender that is not trusted, `TelegramError` for what cannot be read.
    """
    rules = cap_rules() if rules is None else rules
    head = {tag: _required(root, tag, name) for tag in ("identifier", "sender", "sent", "status", "msgType")}
    if (scope := _required(root, "scope", name)) not in SCOPES:
        raise TelegramError(f"{name}: scope {scope!r}", code="bad-form")
    if head["status"] not in STATUSES:
        raise TelegramError(f"{name}: status {head['status']!r}", code="bad-status")
    if head["msgType"] not in ("Alert", "Update", "Cancel"):
        raise TelegramError(f"{name}: msgType {head['msgType']!r} warns of nothing", code="not-used")
    sent = moment(head["sent"], f"{name}: sent")
    infos = list(children(root, "info"))
    if head["msgType"] != "Cancel" and not infos:
        raise TelegramError(f"{name}: {head['msgType']} without info", code="no-warning")
    source_id = cap_id(head["sender"], head["identifier"])
    sender = next((entry for entry in rules["sender"] if entry["sender"] == head["sender"]), None)
    if sender is None:
        raise ForeignSenderError(
            f"{name}: the sender {head['sender']} is not among those trusted here", code="foreign-sender"
        )
    replaces = tuple(_references(root, head["sender"], name))
    # An update that names nothing of its sender still warns; a cancellation that does takes nothing back.
    if head["msgType"] == "Cancel" and not replaces:
        raise TelegramError(f"{name}: Cancel without references of its sender", code="bad-form")
    if head["status"] not in ("Actual", "Exercise"):
        return TrialBulletin(source_id, text(root, "info", "headline"), head["status"])
    languages = list(dict.fromkeys(_language(info) for info in infos))
    first = next((language for language in languages if language.startswith("ja")), (languages or [""])[0])
    telegram = Telegram(
        source_id=source_id,
        publisher=sender["publisher"],
        issued_at=sent,
        sent_at=sent,
        statements=()
        if head["msgType"] == "Cancel"
        else tuple(
            _statement(info, rules, name)
            for info in infos
            if _language(info) == first and "AllClear" not in {r.text for r in children(info, "responseType")}
        ),
        series=f"{'' if head['status'] == 'Actual' else 'exercise:'}{source_id}",
        report_key=source_id,
        replaces=replaces,
        standing="actual" if head["status"] == "Actual" else "exercise",
        title=text(infos[0], "headline") if infos else head["msgType"],
        headlines={_language(info): text(info, "headline") for info in infos if text(info, "headline")},
    )
    return ActualBulletin(telegram) if head["status"] == "Actual" else ExerciseBulletin(telegram)


def cap_id(sender: str, identifier: str) -> str:
    """Return the source id of a CAP message."""
    return f"cap:{sender},{identifier}"


def _required(root: etree._Element, tag: str, name: str) -> str:
    if not (words := text(root, tag)):
        raise TelegramError(f"{name}: no {tag}", code="bad-form")
    return words


def _language(info: etree._Element) -> str:
    return text(info, "language") or "en-US"


def _references(root: etree._Element, sender: str, name: str) -> Iterator[str]:
    """Yield the source ids that a message takes the place of: those of its own sender alone."""
    for reference in text(root, "references").split():
        parts = reference.split(",")
        if len(parts) != 3:
            raise TelegramError(
                f"{name}: reference {reference!r} is not sender,identifier,sent", code="bad-form"
            )
        if parts[0] == sender:
            yield cap_id(parts[0], parts[1])


def _statement(info: etree._Element, rules: Mapping[str, Any], name: str) -> Statement:
    event = text(info, "event")
    if not event:
        raise TelegramError(f"{name}: an info without event", code="bad-form")
    for tag in ("urgency", "severity", "certainty"):
        _required(info, tag, f"{name}: info {event}")
    words = _parameters(info).get(rules["level_parameter"], "")
    known = words.isascii() and words.isdigit() and 1 <= int(words) <= 5
    areas = list(children(info, "area"))
    expires = text(info, "expires")
    return Statement(
        region="・".join(dict.fromkeys(text(area, "areaDesc") or "?" for area in areas))
        or "(地域の記載なし)",
        hazard=event,
        level=int(words) if known else UNKNOWN_LEVEL,
        name=text(info, "headline") or event,
        status=text(info, "urgency"),
        areas=tuple(sorted(_municipalities(areas, rules))) or None,
        unknown_codes=() if known or not words else (words,),
        expires_at=moment(expires, f"{name}: expires") if expires else None,
        geometry=_geometry(areas, name),
    )


def _parameters(info: etree._Element) -> dict[str, str]:
    return {text(entry, "valueName"): text(entry, "value") for entry in children(info, "parameter")}


def _municipalities(areas: list[etree._Element], rules: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for geocode in (code for area in areas for code in children(area, "geocode")):
        if text(geocode, "valueName") not in rules["municipality_geocodes"]:
            continue
        value = unicodedata.normalize("NFKC", text(geocode, "value"))
        try:
            code = five_digits(value) if len(value) == 6 else value
        except MunicipalityCodeError:
            continue
        if len(code) == 5 and code.isascii() and code.isdigit():
            found.update(with_wards(code))
    return found


def _geometry(areas: list[etree._Element], name: str) -> str | None:
    """Return polygons and circles as MultiPolygon coordinates (longitude, latitude), EPSG:4326."""
    rings = [_ring(p.text or "", name) for area in areas for p in children(area, "polygon")]
    rings += [_circle(c.text or "", name) for area in areas for c in children(area, "circle")]
    return json.dumps([[ring] for ring in rings]) if rings else None


def _ring(words: str, name: str) -> list[list[float]]:
    ring = [_point(pair, name) for pair in words.split()]
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise TelegramError(f"{name}: a polygon of {len(ring)} points, or not closed", code="bad-polygon")
    return ring


def _point(pair: str, name: str) -> list[float]:
    try:
        lat, lon = (float(number) for number in pair.split(","))
    except ValueError as fault:
        raise TelegramError(f"{name}: {pair!r} is no point", code="bad-polygon") from fault
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise TelegramError(f"{name}: {pair!r} is not on the earth", code="bad-polygon")
    return [lon, lat]


def _circle(words: str, name: str) -> list[list[float]]:
    """Return a circle (`lat,lon radius` [km]) as a ring of `CORNERS` corners."""
    try:
        centre, radius = words.split()
        angle = float(radius) / EARTH_RADIUS_KM
    except ValueError as fault:
        raise TelegramError(f"{name}: {words!r} is no circle", code="bad-polygon") from fault
    lon, lat = _point(centre, name)
    if not 0 <= angle <= math.pi / 2:
        raise TelegramError(f"{name}: a circle of {radius} km", code="bad-polygon")
    ring = []
    for corner in range(CORNERS):
        turn = 2 * math.pi * corner / CORNERS
        north = math.degrees(angle) * math.cos(turn)
        east = math.degrees(angle) * math.sin(turn) / max(math.cos(math.radians(lat)), 0.01)
        ring.append([round(lon + east, 6), round(max(-90.0, min(90.0, lat + north)), 6)])
    return [*ring, ring[0]]

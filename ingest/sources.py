"""The sources that do not speak our topic: one TOML file each, read at the start."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from sensors.codecs.vehicle_table import is_vehicle_source, vehicle_sources

FOLDER = "sources"


def read_sources(state_dir: Path) -> list[tuple[str, str]]:
    """Return (file name, text) of the source files of this installation, in the order of their names."""
    folder = state_dir / FOLDER
    if not folder.is_dir():
        return []
    return [(path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))]


def read_vehicle_sources(state_dir: Path) -> list[tuple[str, str]]:
    """Return (file name, text) of the sources of vehicles: those that come with the system, then its own."""
    shipped = [
        (file.name, file.read_text(encoding="utf-8"))
        for file in sorted(resources.files("sensors").joinpath(FOLDER).iterdir(), key=lambda one: one.name)
        if file.name.endswith(".toml")
    ]
    return [(name, text) for name, text in (*shipped, *read_sources(state_dir)) if is_vehicle_source(text)]


def vehicle_filters(state_dir: Path) -> list[str]:
    """Return the topic filters of the sources of vehicles that are switched on. Raises `SourceError`."""
    sources = vehicle_sources(read_vehicle_sources(state_dir))
    return [one for source in sources for one in source.topic_filters]

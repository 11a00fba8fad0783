"""The sources that do not speak our topic: one TOML file each, read at the start."""

from __future__ import annotations

from pathlib import Path

FOLDER = "sources"


def read_sources(state_dir: Path) -> list[tuple[str, str]]:
    """Return (file name, text) of the source files of this installation, in the order of their names."""
    folder = state_dir / FOLDER
    if not folder.is_dir():
        return []
    return [(path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))]

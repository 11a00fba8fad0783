"""Where the command line stands: the project's folder, its settings, the terminal. Imports nothing heavy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.settings import Settings, read_settings

if TYPE_CHECKING:
    from rich.console import Console

    from ops.installation import Installation

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def project_dir() -> Path:
    """Return the folder whose `.sonae` holds the state: the checkout, or the working folder of a wheel."""
    checkout = Path(__file__).resolve().parents[1]
    return checkout if (checkout / "pyproject.toml").exists() else Path.cwd()


def terminal(*, stderr: bool = False) -> Console:
    """Return the terminal to print on."""
    from rich.console import Console

    return Console(stderr=stderr)


def settings_here(**variables: str) -> Settings:
    """Return the settings from the environment, some variables overridden."""
    return read_settings({**os.environ, **variables}, root=project_dir())


def installation_here() -> Installation:
    """Return the installation that the environment names."""
    from ops.installation import Installation

    return Installation(settings_here())

"""The commands of terrain: get ground as a GeoTIFF, register a raster to flood, list what is registered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ops.errors import OpsError
from ops.here import AsJson, installation_here, settings_here, terminal


class _AddByDefault(TyperGroup):
    """`./sonae terrain FILE.tif` means `./sonae terrain add FILE.tif`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer keeps its type private
        """Put `add` before what is no command of ours."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["add", *args]
        return super().parse_args(ctx, args)


terrain_app = typer.Typer(
    cls=_AddByDefault,
    no_args_is_help=True,
    help="Terrain that floods are computed on: FILE.tif registers it.",
)


@terrain_app.command("add")
def add(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="GeoTIFF of elevations, in metres.")
    ],
    name: Annotated[str, typer.Option(help="What to call it.")],
    credit: Annotated[str, typer.Option(help="Whom to credit wherever it is shown.")],
    datum: Annotated[
        str | None, typer.Option(help="What heights are above, as in T.P., where the file does not say.")
    ] = None,
    licence: Annotated[str | None, typer.Option(help="Its licence.")] = None,
    priority: Annotated[int, typer.Option(help="Where two overlap the higher one is taken.")] = 0,
) -> None:
    """Copy a raster into the state folder and let floods be computed on it."""
    from geo.engine import connect
    from geo.forecast.terrain_register import NewTerrain, TerrainRegisterError, register_terrain

    installation = installation_here()
    new = NewTerrain(source=file, name=name, credit=credit, datum=datum, licence=licence, priority=priority)
    try:
        with (
            installation.database() as database_url,
            connect(database_url, application="sonae terrain") as connection,
        ):
            terrain = register_terrain(connection, new, installation.state_dir)
    except TerrainRegisterError as fault:
        raise OpsError(str(fault)) from fault
    terminal().print(
        f"terrain {terrain.id}: {terrain.name}, cells {terrain.cell_x_m:.2f} × {terrain.cell_y_m:.2f} m,"
        f" heights above {terrain.datum}",
        highlight=False, markup=False, soft_wrap=True,
    )  # fmt: skip


@terrain_app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the terrain, the one that is taken first where several overlap first."""
    from rich.table import Table

    from geo.engine import connect
    from geo.forecast.terrain_register import list_terrain

    installation = installation_here()
    with (
        installation.database() as database_url,
        connect(database_url, application="sonae terrain") as connection,
    ):
        found = list_terrain(connection, installation.state_dir)
    names = ("id", "name", "datum", "cell_x_m", "cell_y_m", "credit", "licence")
    rows = [{name: getattr(one, name) for name in names} for one in found]
    if as_json:
        terminal().print_json(data=rows)
        return
    table = Table(*names)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    terminal().print(table)


@terrain_app.command("fetch")
def fetch(
    bbox: Annotated[str, typer.Option(metavar="W,S,E,N", help="Area in degrees.")],
    out: Annotated[Path, typer.Option(help="GeoTIFF to write.")],
    source: Annotated[
        str, typer.Option(help="Surveys in order of preference: the next fills what one lacks.")
    ] = "dem5a,dem5b,dem5c,dem10b",
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask anew for tiles that are kept.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the ground of an area from GSI elevation tiles; tiles had once are kept for later."""
    from ops.terrain_intake import fetch as run

    _tell(run(bbox, source, out, settings_here(), refresh=refresh), as_json=as_json)


@terrain_app.command("from-gml")
def from_gml(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="XML or ZIP files.")],
    out: Annotated[Path, typer.Option(help="GeoTIFF to write.")],
    as_json: AsJson = False,
) -> None:
    """Write the ground of FG-GML files (基盤地図情報 数値標高モデル, 5 m or 10 m)."""
    from ops.terrain_intake import from_gml as run

    _tell(run(files, out), as_json=as_json)


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    from ops.terrain_intake import lines

    if as_json:
        terminal().print_json(data=told)
        return
    for line in lines(told):
        terminal().print(line, markup=False, highlight=False, soft_wrap=True)

"""The commands that import people, facilities, roads, depots, landing sites. The work is in their rooms."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ops.here import installation_here, terminal

Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)]
Source = Annotated[str | None, typer.Option(help="Whom to credit (default: the file's name).")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and report, write nothing.")]
Report = Annotated[Path | None, typer.Option(help="A CSV file for every fault.")]


def people(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    source: Source = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The date that the numbers are of.")
    ] = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Made up, not counted: said wherever it is shown.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put these in place of other sources of the same municipality.")
    ] = False,
    districts: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="GeoJSON polygons of the districts.")
    ] = None,
    district_name: Annotated[
        str, typer.Option(help="Property that names a polygon of --districts.")
    ] = "name",
    built: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="GeoJSON polygons of built area.")
    ] = None,
    step: Annotated[float, typer.Option(help="Metres between points when people are spread.")] = 50.0,
    persons_column: Annotated[str | None, typer.Option(help="Column of persons, if it is another.")] = None,
    households_column: Annotated[str | None, typer.Option(help="Column of households, likewise.")] = None,
    dry_run: DryRun = False,
    report: Report = None,
) -> None:
    """Import population: by district (地域・年齢別人口), by mesh (JIS X 0410), or by point.

    People are spread over the built area of their district or mesh, else evenly over its outline; a district
    that is only a point stays one point.
    """
    from ops.exposures import PeopleTask, import_people

    task = PeopleTask(
        path=file, source=source, as_of=None if as_of is None else as_of.date(), synthetic=synthetic,
        replace=replace, districts=districts, district_name=district_name, built=built, step_m=step,
        persons_column=persons_column, households_column=households_column,
    )  # fmt: skip
    if dry_run:
        import_people(None, task, console=terminal(), report=report)
        return
    with installation_here().database() as database_url:
        import_people(database_url, task, console=terminal(), report=report)


def facilities(
    files: Files,
    kind: Annotated[
        str | None,
        typer.Option(
            help="Kind of every row (hospital, care_home, school, underpass …), if they do not tell."
        ),
    ] = None,
    source: Source = None,
    dry_run: DryRun = False,
    report: Report = None,
) -> None:
    """Import facilities: hospitals, homes, schools, nurseries, underpasses (CSV or GeoJSON points)."""
    from ops.exposures import import_facilities as run

    if dry_run:
        run(None, files, kind=kind, source=source, console=terminal(), report=report)
        return
    with installation_here().database() as database_url:
        run(database_url, files, kind=kind, source=source, console=terminal(), report=report)


def roads(
    files: Files,
    name_column: Annotated[str | None, typer.Option(help="Property of the roads' names.")] = None,
    source: Source = None,
    dry_run: DryRun = False,
    report: Report = None,
) -> None:
    """Import roads (GeoJSON lines), such as emergency transport routes."""
    from ops.exposures import import_roads as run

    if dry_run:
        run(None, files, name_column=name_column, source=source, console=terminal(), report=report)
        return
    with installation_here().database() as database_url:
        run(database_url, files, name_column=name_column, source=source, console=terminal(), report=report)


def depots(
    files: Files,
    source: Source = None,
    synthetic_stock: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help="Fill each for so many persons, from the norms: synthetic."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the generator of synthetic stock.")] = 1,
) -> None:
    """Import stores and transport hubs (CSV or GeoJSON points) into the open incident."""
    from geo.clock import wall_now
    from ops.depots import import_depots as run

    with installation_here().database() as database_url:
        run(
            database_url,
            files,
            source=source,
            stocked_persons=synthetic_stock,
            seed=seed,
            wall=wall_now(),
            console=terminal(),
        )


def landing_sites(files: Files, source: Source = None, dry_run: DryRun = False) -> None:
    """Import landing sites of helicopters (CSV or GeoJSON points, municipal heliport lists)."""
    from ops.landing_sites import import_landing_sites as run

    if dry_run:
        run(None, files, source=source, console=terminal())
        return
    with installation_here().database() as database_url:
        run(database_url, files, source=source, console=terminal())

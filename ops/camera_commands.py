"""The commands of river cameras: register one, list them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ops.errors import OpsError
from ops.here import installation_here, terminal

camera_app = typer.Typer(no_args_is_help=True, help="River cameras (docs/camera.md).")

CameraId = Annotated[str, typer.Argument(metavar="ID", help="Its id, which is also its device's.")]


@camera_app.command("add")
def camera_add(
    camera_id: CameraId,
    name: Annotated[str, typer.Option(help="The name to show.")],
    lon: Annotated[float, typer.Option(help="Longitude, degrees.")],
    lat: Annotated[float, typer.Option(help="Latitude, degrees.")],
    source: Annotated[str, typer.Option(help="Whom to credit.")],
    river: Annotated[str | None, typer.Option(help="Name of the river.")] = None,
    area: Annotated[str | None, typer.Option(help="Code of the municipality.")] = None,
    gauge: Annotated[
        str | None, typer.Option(help="A gauge of its own as which its levels are judged.")
    ] = None,
    compare: Annotated[
        str, typer.Option(help="The instrument it is compared with: an id, 'nearest' or 'none'.")
    ] = "nearest",
    interval: Annotated[int, typer.Option(min=1, help="How often it shows a picture, seconds.")] = 300,
    still_url: Annotated[str | None, typer.Option(help="Address to fetch a still picture from.")] = None,
) -> None:
    """Register a river camera, or change it. Its account: './sonae device add ID --kind camera'."""
    from geo.camera import CameraError, NewCamera, add_camera, nearest_gauge
    from geo.engine import connect

    if still_url is not None and not still_url.startswith(("http://", "https://")):
        raise OpsError(f"--still-url must be an http or https address, is {still_url!r}")
    camera = NewCamera(
        id=camera_id,
        name=name,
        lon=lon,
        lat=lat,
        source=source,
        river=river,
        area_code=area,
        gauge_id=gauge,
        compare_gauge_id=None if compare in ("nearest", "none") else compare,
        interval_s=interval,
        still_url=still_url,
    )
    with (
        installation_here().database() as database_url,
        connect(database_url, application="sonae camera") as connection,
        connection.cursor() as cursor,
    ):
        try:
            add_camera(cursor, camera)
            if compare == "nearest" and (found := nearest_gauge(cursor, camera)) is not None:
                cursor.execute("UPDATE camera SET compare_gauge_id = %s WHERE id = %s", (found, camera_id))
                compare = found
        except CameraError as fault:
            raise OpsError(str(fault)) from fault
    terminal().print(f"{camera_id}: registered; compared with {compare}", markup=False, highlight=False)


@camera_app.command("pose")
def camera_pose(
    camera_id: CameraId,
    height: Annotated[float, typer.Option(help="Height of the camera, metres above T.P.")],
    yaw: Annotated[float, typer.Option(help="Where it looks, degrees from true north.")],
    pitch: Annotated[float, typer.Option(help="Down is negative, degrees.")],
    hfov: Annotated[float, typer.Option(help="Horizontal angle of view, degrees.")],
    vfov: Annotated[float, typer.Option(help="Vertical angle of view, degrees.")],
    source: Annotated[str, typer.Option(help="Whence it is known: measured, or laid over the map.")],
    roll: Annotated[float, typer.Option(help="Degrees, to the right positive.")] = 0.0,
    since: Annotated[datetime | None, typer.Option(help="Since when (UTC); now unless given.")] = None,
) -> None:
    """Say how a fixed camera looks: from that its footprint on the terrain is made (docs/footprints.md)."""
    from geo.engine import connect
    from geo.footprint import CameraPoseError, NewCameraPose, add_camera_pose

    pose = NewCameraPose(
        camera_id=camera_id,
        from_at=datetime.now(UTC) if since is None else since.replace(tzinfo=UTC),
        height_tp_m=height,
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
        hfov_deg=hfov,
        vfov_deg=vfov,
        source=source,
    )
    with (
        installation_here().database() as database_url,
        connect(database_url, application="sonae camera") as connection,
        connection.cursor() as cursor,
    ):
        try:
            add_camera_pose(cursor, pose)
        except CameraPoseError as fault:
            raise OpsError(str(fault)) from fault
    terminal().print(
        f"{camera_id}: looks so since {pose.from_at:%Y-%m-%d %H:%M} UTC", markup=False, highlight=False
    )


@camera_app.command("lens")
def camera_lens(
    camera_id: Annotated[str, typer.Argument(metavar="ID", help="A vehicle's id, or ID/CAMERA.")],
    hfov: Annotated[float, typer.Option(help="Horizontal angle of view at zoom 1, degrees.")],
    vfov: Annotated[float, typer.Option(help="Vertical angle of view at zoom 1, degrees.")],
    source: Annotated[str, typer.Option(help="Whence it is known: data sheet, measured.")],
) -> None:
    """Say what lens a drone's camera is flown with that tells no angle of view (docs/footprints.md)."""
    from geo.engine import connect
    from geo.footprint import CameraPoseError, register_lens

    with (
        installation_here().database() as database_url,
        connect(database_url, application="sonae camera") as connection,
        connection.cursor() as cursor,
    ):
        try:
            register_lens(cursor, camera_id, hfov, vfov, source)
        except CameraPoseError as fault:
            raise OpsError(str(fault)) from fault
    terminal().print(f"{camera_id}: flown with {hfov:g} × {vfov:g} degrees", markup=False, highlight=False)


@camera_app.command("list")
def camera_list() -> None:
    """List the cameras, with their gauges and calibrations."""
    from psycopg.rows import dict_row
    from rich.table import Table

    from geo.engine import connect

    with (
        installation_here().database() as database_url,
        connect(database_url, application="sonae camera") as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        rows = cursor.execute(
            "SELECT c.*, (SELECT max(version) FROM camera_calibration k WHERE k.camera_id = c.id)"
            " AS calibration FROM camera c ORDER BY c.id"
        ).fetchall()
    table = Table("camera", "name", "river", "own gauge", "compared with", "calibration", "still")
    for row in rows:
        names = ("id", "name", "river", "gauge_id", "compare_gauge_id", "calibration", "still_url")
        table.add_row(*("–" if row[name] is None else str(row[name]) for name in names))
    terminal().print(table)

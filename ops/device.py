"""`device`: instruments and their broker accounts, in the database and in the private broker at once."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg.rows import dict_row

from geo.engine import connect
from geo.vehicle import KINDS as VEHICLE_KINDS
from geo.vehicle import VehicleError, VehicleIdentity, register_vehicle, unregister_vehicle
from ops.credentials import new_password
from ops.errors import AccountNameError, InstallationError
from ops.servers.broker import PrivateBroker
from ops.servers.broker_accounts import DEVICE_KINDS, RESERVED, check_name


def add_device(
    database_url: str,
    broker: PrivateBroker | None,
    name: str,
    *,
    kind: str,
    gauge_id: str | None = None,
    writes: Iterable[str] = (),
    vehicle: VehicleIdentity | None = None,
) -> str | None:
    """Register an instrument (or let a revoked one in again) and return its new password, shown once.

    `writes` are topics besides its own that a vendor's device sends on; `vehicle` says who a helicopter,
    drone or team is. With a `broker` that is not
    ours the account has to be made there: only the register changes, and None is returned.
    Raises `AccountNameError` or `InstallationError` before anything is changed.
    """
    check_name(name)
    if name in RESERVED:
        raise AccountNameError(f"{name!r} is the account of one of our own services")
    if kind not in DEVICE_KINDS:
        raise InstallationError(f"{kind!r} is no kind of device: {', '.join(DEVICE_KINDS)}")
    if vehicle is not None and kind not in VEHICLE_KINDS:
        raise InstallationError(f"{name}: a {kind} is no vehicle; it has no callsign, address or the like")
    with connect(database_url, application="sonae device") as connection:
        try:
            connection.execute(
                "INSERT INTO device (id, kind, gauge_id) VALUES (%s, %s, %s) ON CONFLICT (id)"
                " DO UPDATE SET kind = excluded.kind, gauge_id = excluded.gauge_id, enabled = true",
                (name, kind, gauge_id),
            )
        except psycopg.errors.ForeignKeyViolation as fault:
            raise InstallationError(f"there is no gauge {gauge_id!r} in the database") from fault
        if kind in VEHICLE_KINDS:
            _register_vehicle(connection, name, kind, vehicle or VehicleIdentity())
        _audit(connection, "device.add", name, {"kind": kind, "gauge_id": gauge_id, "writes": list(writes)})
        if broker is None:
            return None
        # Within the transaction: when the broker's files cannot be written, nothing is registered.
        password = new_password()
        broker.add_accounts({name: password}, writes={name: tuple(writes)})
    return password


def revoke_device(database_url: str, broker: PrivateBroker | None, name: str) -> None:
    """Shut an instrument out; a connected one is disconnected. Raises `InstallationError` for a stranger."""
    with connect(database_url, application="sonae device") as connection:
        changed = connection.execute("UPDATE device SET enabled = false WHERE id = %s", (name,))
        if changed.rowcount == 0:
            raise InstallationError(f"there is no device {name!r}: './sonae device list' shows them")
        with connection.cursor() as cursor:
            unregister_vehicle(cursor, name)
        _audit(connection, "device.revoke", name, {})
        if broker is not None:
            broker.remove_accounts([name])


def list_devices(database_url: str) -> list[dict[str, Any]]:
    """Return the devices by id, as their rows tell them."""
    with (
        connect(database_url, application="sonae device") as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return cursor.execute(
            "SELECT id, kind, gauge_id, enabled, online, seen_at FROM device ORDER BY id"
        ).fetchall()


def _register_vehicle(
    connection: psycopg.Connection[Any], name: str, kind: str, vehicle: VehicleIdentity
) -> None:
    try:
        with connection.cursor() as cursor:
            register_vehicle(cursor, name, kind, vehicle)
    except VehicleError as fault:
        raise InstallationError(str(fault)) from fault


def _audit(connection: psycopg.Connection[Any], action: str, name: str, detail: Mapping[str, Any]) -> None:
    connection.execute(
        "INSERT INTO audit (action, object_kind, object_id, detail) VALUES (%s, 'device', %s, %s)",
        (action, name, json.dumps({**detail, "by": f"command line, system account {getpass.getuser()}"})),
    )

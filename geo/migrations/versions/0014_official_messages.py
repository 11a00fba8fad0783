"""Keep official messages with their bytes, series, corrections and standing; what was refused; feeds."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _telegram_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("series", sa.Text(), server_default="", nullable=False),
        sa.Column("info_type", sa.Text(), server_default="issue", nullable=False),
        sa.Column("report_key", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaces", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("standing", sa.Text(), server_default="actual", nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("headlines", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
    ]


def _state_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("unknown_codes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("resolved", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("geometry", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("exercise", sa.Boolean(), server_default="false", nullable=False),
    ]


def upgrade() -> None:
    for column in _telegram_columns():
        op.add_column("warning_telegram", column)
    for column in _state_columns():
        op.add_column("warning_state", column)
    _wall()
    _refused()
    _feeds()


def _wall() -> None:
    op.add_column("warning_telegram", sa.Column("incident_kind", sa.Text(), nullable=True))
    op.execute(
        "UPDATE warning_telegram t SET incident_kind = i.kind FROM incident i WHERE i.id = t.incident_id"
    )
    op.alter_column("warning_telegram", "incident_kind", nullable=False)
    op.drop_constraint(
        op.f("fk_warning_telegram_incident_id_incident"), "warning_telegram", type_="foreignkey"
    )
    op.create_foreign_key(
        op.f("fk_warning_telegram_incident_id_incident_kind_incident"),
        "warning_telegram",
        "incident",
        ["incident_id", "incident_kind"],
        ["id", "kind"],
    )
    op.create_check_constraint(
        op.f("ck_warning_telegram_info_type"),
        "warning_telegram",
        "info_type IN ('issue', 'correction', 'cancellation')",
    )
    op.create_check_constraint(
        op.f("ck_warning_telegram_drill_wall"),
        "warning_telegram",
        "standing = 'actual' OR (standing = 'exercise' AND incident_kind = 'drill')",
    )


def _refused() -> None:
    op.create_table(
        "refused_telegram",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_refused_telegram_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_telegram")),
        sa.UniqueConstraint("digest", name=op.f("uq_refused_telegram_digest")),
    )


def _feeds() -> None:
    op.create_table(
        "feed_state",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_feed_state_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "address", name=op.f("pk_feed_state")),
    )
    op.create_table(
        "feed_entry",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("updated", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_feed_entry_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_feed_entry")),
    )


def downgrade() -> None:
    for table in ("feed_entry", "feed_state", "refused_telegram"):
        op.drop_table(table)
    # A training's telegrams have no place in the older schema, which cannot tell them from actual ones.
    op.execute("DELETE FROM warning_telegram WHERE standing <> 'actual'")
    for name in ("drill_wall", "info_type"):
        op.drop_constraint(op.f(f"ck_warning_telegram_{name}"), "warning_telegram")
    op.drop_constraint(
        op.f("fk_warning_telegram_incident_id_incident_kind_incident"), "warning_telegram", type_="foreignkey"
    )
    op.create_foreign_key(
        op.f("fk_warning_telegram_incident_id_incident"),
        "warning_telegram",
        "incident",
        ["incident_id"],
        ["id"],
    )
    for name in ["incident_kind", *(column.name for column in _telegram_columns())]:
        op.drop_column("warning_telegram", name)
    for name in [column.name for column in _state_columns()]:
        op.drop_column("warning_state", name)

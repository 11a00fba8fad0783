"""Level forecasts, the newest of each gauge, and their past skill."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATUS = "status IN ('full', 'late', 'no-trend', 'none')"


def upgrade() -> None:
    op.create_table(
        "level_forecast",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("gauge_id", sa.Text(), nullable=False),
        sa.Column("origin_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_version", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("newest_m", sa.Double(), nullable=True),
        sa.Column("slope_m_per_h", sa.Double(), nullable=True),
        sa.Column("thresholds_m", sa.ARRAY(sa.REAL()), nullable=False),
        sa.Column("level_m", sa.ARRAY(sa.REAL()), nullable=True),
        sa.Column("highest_m", sa.ARRAY(sa.REAL()), nullable=True),
        sa.Column("passing", sa.ARRAY(sa.REAL()), nullable=True),
        sa.Column("peak", sa.ARRAY(sa.REAL()), nullable=True),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.CheckConstraint(STATUS, name=op.f("ck_level_forecast_status")),
        sa.PrimaryKeyConstraint(
            "incident_id", "gauge_id", "origin_at", "state_version", name=op.f("pk_level_forecast")
        ),
        postgresql_partition_by="RANGE (origin_at)",
    )
    op.execute("CREATE TABLE level_forecast_p_default PARTITION OF level_forecast DEFAULT")
    op.create_table(
        "forecast_state",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("gauge_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state_version", sa.BigInteger(), nullable=False),
        sa.Column("origin_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.CheckConstraint(STATUS, name=op.f("ck_forecast_state_status")),
        sa.ForeignKeyConstraint(["gauge_id"], ["gauge.id"], name=op.f("fk_forecast_state_gauge_id_gauge")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_forecast_state_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "gauge_id", name=op.f("pk_forecast_state")),
    )
    op.create_table(
        "level_skill",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_level_skill")),
    )


def downgrade() -> None:
    op.drop_table("level_skill")
    op.drop_table("forecast_state")
    op.drop_table("level_forecast")

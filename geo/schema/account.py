"""People who sign in, their roles and sessions, devices, and the audit of what was changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base

#: held for one municipality: they write and sign its orders
MUNICIPAL_ROLES = ("municipal_officer", "municipal_approver")
ROLES = (
    *("duty_officer", "approver", "logistics", "shelter_staff", "field", "health", "administrator"),
    *MUNICIPAL_ROLES,
)


class Account(Base):
    """A person who signs in. A demo account can only exist in a demo installation (foreign key + check)."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("NOT demo OR installation = 'demo'", name="demo_only_in_demo"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    #: argon2id
    password_hash: Mapped[str]
    installation: Mapped[str] = mapped_column(ForeignKey("installation.kind"))
    demo: Mapped[bool] = mapped_column(server_default="false")
    disabled: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RoleGrant(Base):
    """A role that an account holds; shelter staff hold it for one shelter, municipal ones for one town."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("role IN ('" + "','".join(ROLES) + "')", name="role"),
        CheckConstraint("role <> 'shelter_staff' OR shelter_id IS NOT NULL", name="staff_of_a_shelter"),
        CheckConstraint(
            "(role IN ('" + "','".join(MUNICIPAL_ROLES) + "')) = (area_code IS NOT NULL)",
            name="municipal_of_an_area",
        ),
        UniqueConstraint("account_id", "role", "shelter_id", "area_code", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str]
    shelter_id: Mapped[str | None] = mapped_column(ForeignKey("shelter.id"))
    #: the municipality, five digits
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))


class SignInSession(Base):
    """A signed-in browser. Only the hash of its token is kept."""

    __tablename__ = "sign_in_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    csrf_token: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    address: Mapped[str | None]


class Device(Base):
    """An instrument with a broker account of its own; its id is the account's name."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    gauge_id: Mapped[str | None] = mapped_column(ForeignKey("gauge.id"))
    enabled: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: last status it sent: true after `{"online": true}`, false after its last will
    online: Mapped[bool | None]
    seen_at: Mapped[datetime | None]


class Audit(Base):
    """Who changed what, append-only."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str]
    object_kind: Mapped[str | None]
    object_id: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    address: Mapped[str | None]

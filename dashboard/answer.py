"""Answers: JSON written by msgspec, never kept by a cache."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import Response


def json_answer(content: Any, status: int = 200) -> Response:  # noqa: ANN401 - any JSON
    """Return `content` as JSON; `msgspec.Raw` goes in as it is."""
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(content), status, headers, "application/json")

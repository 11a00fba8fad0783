"""Reading what a request brings, with a bound."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec
from fastapi import Request

from dashboard.errors import BadInputError, TooLargeError

T = TypeVar("T")

#: longer than any request of ours [bytes]
LONGEST: Final = 64 * 1024


async def read_json(request: Request, form: type[T]) -> T:
    """Return the request's JSON as `form`. Raises `BadInputError` naming the field, or `TooLargeError`."""
    body = await read_json_bytes(request, LONGEST)
    if b"\\u0000" in body:
        # PostgreSQL's text holds no NUL character.
        raise BadInputError("the body holds a NUL character")
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.DecodeError as error:
        raise BadInputError(str(error)) from error


async def read_json_bytes(request: Request, longest: int) -> bytes:
    """Return the bytes of a request's JSON, not yet read. Raises `BadInputError` or `TooLargeError`.

    Only JSON is taken: a form of another site can post plain text, but not this.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadInputError("the body must be JSON (Content-Type: application/json)")
    return await read_bytes(request, longest)


async def read_bytes(request: Request, longest: int) -> bytes:
    """Return what a request brings, at most `longest` bytes. Raises `TooLargeError`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise TooLargeError(f"the body is longer than {longest} bytes")
    return bytes(body)

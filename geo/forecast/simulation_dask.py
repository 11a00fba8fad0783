"""Members of a run on Dask distributed, all at once: fields and progress come back while they are computed.

The workers need this program and nothing else: neither the database nor the terrain's file. What they show
goes through a queue of the scheduler; a word to stop goes to them through an event of it.
"""

from __future__ import annotations

import pickle
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from geo.flood.inundation_errors import CrewError, InundationError
from geo.forecast.simulation_member import MemberFlood, MemberTask, ShownField, flood_member

#: how long the scheduler may take to answer [s]
ANSWER_S: Final = 10.0
#: how often a worker tells its progress, and asks whether to stop [s]
EVERY_S: Final = 0.7


class DaskAwayError(RuntimeError):
    """Raised when the scheduler does not answer, or Dask is not installed."""


class Listener(Protocol):
    """Who takes what the members show, and says when to stop."""

    @property
    def stopping(self) -> bool:
        """Whether to stop."""

    def show(self, field: ShownField) -> None:
        """Take a field."""

    def tell(self, member: str, t_s: float) -> None:
        """Take how far a member is [s]."""


def flood_on_dask(address: str, tasks: list[MemberTask], listener: Listener) -> Iterator[MemberFlood]:
    """Compute all members on the scheduler at `address`; yield each when it is there.

    Raises `DaskAwayError` before anything is computed, and what a member raises.
    """
    dask = _dask()
    try:
        # Dask goes on knocking at a closed door until its time is over.
        place = urlsplit(address)
        socket.create_connection((place.hostname or "", place.port or 8786), ANSWER_S).close()
        client = dask.Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, TimeoutError) as fault:
        raise DaskAwayError(f"the Dask scheduler {address} does not answer: {fault}") from fault
    name = f"sonae-{uuid.uuid4()}"
    with client:
        shown, stop = dask.Queue(name, client=client), dask.Event(name, client=client)
        # a process of a worker cannot have processes of its own
        waiting = [
            client.submit(_remote, client.scatter(replace(task, processes=1), hash=False), name, pure=False)
            for task in tasks
        ]
        try:
            while waiting:
                if listener.stopping:
                    stop.set()
                _drain(shown, listener)
                for future in [one for one in waiting if one.done()]:
                    waiting.remove(future)
                    _drain(shown, listener)
                    yield _result(future)
        finally:
            stop.set()
            client.cancel(waiting)
            shown.close()


def _dask() -> Any:  # noqa: ANN401 - Dask carries no types
    try:
        return import_module("distributed")
    except ImportError as fault:
        raise DaskAwayError("Dask is not installed (pip install 'sonae[dask]')") from fault


def _result(future: Any) -> MemberFlood:  # noqa: ANN401 - Dask carries no types
    """Return what a member came to. Raises `InundationError`, or `CrewError` when its worker was lost."""
    try:
        flood = future.result()
    except InundationError:
        raise
    except Exception as fault:
        raise CrewError(f"a Dask worker did not finish: {fault}") from fault
    assert isinstance(flood, MemberFlood)  # noqa: S101 - `_remote` returns nothing else
    return flood


def _drain(shown: Any, listener: Listener) -> None:  # noqa: ANN401 - Dask carries no types
    """Hand on what the workers have sent; wait a little when there is nothing."""
    try:
        parts = [shown.get(timeout=EVERY_S), *shown.get(batch=True)]
    except (TimeoutError, _dask().TimeoutError):
        return
    for kind, member, content in parts:
        if kind == "tell":
            listener.tell(member, content)
        else:
            listener.show(_loaded(content))


def _remote(task: MemberTask, name: str) -> MemberFlood:
    """Compute a member on a worker."""
    dask = _dask()
    shown, stop = dask.Queue(name), dask.Event(name)
    return flood_member(
        task,
        show=lambda field: shown.put(("show", task.name, pickle.dumps(field))),
        tell=_seldom(lambda t_s: shown.put(("tell", task.name, t_s))),
        cancel=_seldom_asked(stop.is_set),
    )


def _loaded(content: bytes) -> ShownField:
    field = pickle.loads(content)  # noqa: S301 - from our own scheduler, which runs whatever we send it anyway
    assert isinstance(field, ShownField)  # noqa: S101 - only `_remote` sends these
    return field


def _seldom(action: Callable[[float], object]) -> Callable[[float], None]:
    """Return an action that is done at most every `EVERY_S`."""
    last_s = time.monotonic()

    def act(value: float) -> None:
        nonlocal last_s
        if (now_s := time.monotonic()) - last_s >= EVERY_S:
            last_s = now_s
            action(value)

    return act


def _seldom_asked(question: Callable[[], bool]) -> Callable[[], bool]:
    """Return a question that is asked at most every `EVERY_S`; in between the last answer holds."""
    last_s, answer = time.monotonic(), False

    def ask() -> bool:
        nonlocal last_s, answer
        if (now_s := time.monotonic()) - last_s >= EVERY_S:
            last_s, answer = now_s, bool(question())
        return answer

    return ask

"""The processes of a run: one leads, the others work on their bands of the same shared memory.

A step is two meetings: the leader writes the order and lets the crew go; every worker reports when its bands
are done. In between the leader works on bands of its own; between steps it alone touches the fields.
Semaphores are polled a while before sleeping: a step takes a millisecond, waking a sleeper a tenth of it.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from multiprocessing.shared_memory import SharedMemory
from multiprocessing.synchronize import Semaphore
from typing import Final, Literal

import numpy as np

from geo.flood.bands import Bands, Fields, Layout
from geo.flood.flux import step_factors
from geo.flood.inundation_errors import CrewError
from geo.flood.sweep import Sample, Sweep

StartMethod = Literal["spawn", "fork", "forkserver"]

_POLLS: Final = 3000
#: how long to wait before looking whether the other side still lives [s]
_PATIENCE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Order:
    """What all processes do in one step."""

    dt_s: float
    rain_m: float
    sample: Sample | None
    #: grows whenever spans or shares of work have changed
    edition: int

    def write(self, order: np.ndarray) -> None:
        """Put it into shared memory (8,) float64."""
        sample = self.sample or Sample(0.0, 0.0, 0.0)
        order[:] = (
            *(1.0, self.dt_s, self.rain_m, self.sample is not None),
            *(sample.t_s, sample.span_s, sample.wet_m, self.edition),
        )

    @classmethod
    def read(cls, order: np.ndarray) -> Order | None:
        """Return the order in shared memory; None sends the worker home."""
        going, dt_s, rain_m, sampling, *sample, edition = (float(value) for value in order)
        if not going:
            return None
        return cls(dt_s, rain_m, Sample(*sample) if sampling else None, int(edition))


@dataclass(frozen=True, slots=True)
class Physics:
    """What does not change during a run."""

    dx_m: float
    dy_m: float
    manning: float | None
    theta: float


class Part:
    """One process's part of the work."""

    def __init__(self, rank: int, bands: Bands, physics: Physics) -> None:
        self._rank = rank
        self._bands = bands
        self._physics = physics
        self._edition = -1
        self._sweep: Sweep | None = None

    def work(self, order: Order) -> None:
        """Advance the bands of this part by one step and publish the deepest water."""
        if order.edition != self._edition or self._sweep is None:
            self._bands.bind()
            first, stop = self._bands.fields["start"][self._rank : self._rank + 2]
            self._sweep = Sweep(self._bands, int(first), int(stop))
            self._edition = order.edition
        physics = self._physics
        factors = step_factors(
            order.dt_s, dx_m=physics.dx_m, dy_m=physics.dy_m, manning=physics.manning, theta=physics.theta
        )
        deepest = self._sweep.run(factors, rain_m=order.rain_m, sample=order.sample)
        self._bands.fields["deepest"][self._rank] = deepest


class Crew:
    """The workers of a run, and the memory they share. Close it, or use it as a context manager."""

    def __init__(self, layout: Layout, physics: Physics, *, start_method: StartMethod = "spawn") -> None:
        self._workers: list[BaseProcess] = []
        self._memory: SharedMemory | None = None
        if layout.processes == 1:
            self.fields: Fields = layout.fields()
            return
        context = multiprocessing.get_context(start_method)
        self._memory = SharedMemory(create=True, size=layout.size())
        self.fields = layout.fields(self._memory.buf)
        self._go = [context.Semaphore(0) for _ in range(layout.processes - 1)]
        self._done = [context.Semaphore(0) for _ in range(layout.processes - 1)]
        for rank in range(1, layout.processes):
            worker = self._start(context, rank, (self._memory.name, layout, physics))
            self._workers.append(worker)

    def _start(self, context: BaseContext, rank: int, shared: tuple[str, Layout, Physics]) -> BaseProcess:
        arguments = (rank, *shared, self._go[rank - 1], self._done[rank - 1])
        worker: BaseProcess = context.Process(  # type: ignore[attr-defined]
            target=_work, args=arguments, name=f"inundation-{rank}", daemon=True
        )
        worker.start()
        return worker

    def go(self, order: Order) -> None:
        """Let the workers do one step."""
        if self._workers:
            order.write(self.fields["order"])
            for go in self._go:
                go.release()

    def wait(self) -> None:
        """Return when every worker has done the step. Raises `CrewError` when one is gone."""
        for worker, done in zip(self._workers, self._done if self._workers else [], strict=True):
            if not _acquire(done, worker.is_alive):
                raise CrewError(f"worker {worker.name} ended with exit code {worker.exitcode}")

    def close(self) -> None:
        """Send the workers home and free the memory; the fields must not be used after this."""
        if self._memory is None:
            return
        self.fields["order"][0] = 0.0
        for go, worker in zip(self._go, self._workers, strict=True):
            go.release()
            worker.join(timeout=_PATIENCE_S)
            if worker.is_alive():
                worker.terminate()
                worker.join()
        self._workers = []
        self.fields = {}
        memory, self._memory = self._memory, None
        memory.unlink()
        memory.close()


def _acquire(semaphore: Semaphore, alive: Callable[[], bool]) -> bool:
    for _ in range(_POLLS):
        if semaphore.acquire(block=False):
            return True
    while not semaphore.acquire(timeout=_PATIENCE_S):
        if not alive():
            return semaphore.acquire(block=False)
    return True


def _work(
    rank: int, memory_name: str, layout: Layout, physics: Physics, go: Semaphore, done: Semaphore
) -> None:
    """Work as one of the crew until sent home, or until the leader is gone."""
    # an interrupt at the terminal reaches every process; the leader decides what comes of it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leader = multiprocessing.parent_process()
    if leader is None:
        raise CrewError("a worker must be started by a run")
    memory = SharedMemory(name=memory_name)
    try:
        _serve(rank, layout.fields(memory.buf), layout, physics, lambda: _acquire(go, leader.is_alive), done)
    finally:
        memory.close()


def _serve(
    rank: int, fields: Fields, layout: Layout, physics: Physics, called: Callable[[], bool], done: Semaphore
) -> None:
    part = Part(rank, Bands(layout, fields), physics)
    while called():
        order = Order.read(fields["order"])
        if order is None:
            return
        part.work(order)
        done.release()

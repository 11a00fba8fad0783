"""Files for channels that people operate: the carriers' form, the loudspeaker desk, the notice board, a hub.

A file is written beside its name and renamed, so that nobody reads half of one; the same revision writes
the same file. A file handed over is `sent`: whether anybody took it, only a person can say.
"""

from __future__ import annotations

import os
import threading
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path

from alerts.broadcast_text import ChannelText, cell_broadcast, loudspeaker
from alerts.channels.carrier import Carrier, Letter, Outcome
from alerts.drill_wall import DrillNotice, N
from alerts.l_alert import SimulatedNode, document
from alerts.notice_page import NoticePageError, notice_page


class Export(Carrier[N]):
    """Writes files for one kind of notice into a folder; those of drills into one below, by the name 訓練."""

    def __init__(self, takes: type[N], folder: Path) -> None:
        """Write into `folder`, made when there is none."""
        super().__init__(takes)
        self._folder = folder / "訓練" if takes is DrillNotice else folder

    def _carry(self, notice: N, letter: Letter) -> Outcome:
        try:
            for suffix, content in self._files(notice).items():
                write_whole(self._folder / f"{letter.identifier}{suffix}", content)
        except NoticePageError as fault:
            return Outcome(result="refused", fault=str(fault))
        except OSError as fault:
            return Outcome(result="failed", fault=f"{self._folder}: {fault.strerror or fault}")
        return Outcome(result="sent")

    @abstractmethod
    def _files(self, notice: N) -> Mapping[str, bytes]:
        """Return what to write, by the end of the file's name."""


class CellBroadcastExport(Export[N]):
    """Title and body for the carriers' form."""

    def _files(self, notice: N) -> Mapping[str, bytes]:
        return {".cell-broadcast.txt": _page(cell_broadcast(notice))}


class LoudspeakerExport(Export[N]):
    """What a voice says."""

    def __init__(self, takes: type[N], folder: Path, readings: Mapping[str, str]) -> None:
        """Write into `folder`, names read as `readings` say."""
        super().__init__(takes, folder)
        self._readings = readings

    def _files(self, notice: N) -> Mapping[str, bytes]:
        return {".loudspeaker.txt": _page(loudspeaker(notice, self._readings))}


class NoticeExport(Export[N]):
    """The printed notice."""

    def __init__(self, takes: type[N], folder: Path, public_url: str | None) -> None:
        """Write into `folder`; the code on the sheet leads to `public_url`."""
        super().__init__(takes, folder)
        self._public_url = public_url

    def _files(self, notice: N) -> Mapping[str, bytes]:
        return {".notice.pdf": notice_page(notice, public_url=self._public_url)}


class LAlertExport(Export[N]):
    """The document for a hub, as a file."""

    def __init__(self, takes: type[N], folder: Path, sender: str) -> None:
        """Write into `folder` as `sender`."""
        super().__init__(takes, folder)
        self._sender = sender

    def _files(self, notice: N) -> Mapping[str, bytes]:
        return {".l-alert-shaped.xml": document(notice, sender=self._sender).content}


class LAlertSimulator(LAlertExport[N]):
    """The document and the receipt of a simulated hub, which says that it is one."""

    def __init__(self, takes: type[N], folder: Path, sender: str) -> None:
        """Write into `folder` as `sender`."""
        super().__init__(takes, folder, sender)
        self._node = SimulatedNode()
        self._lock = threading.Lock()

    def _files(self, notice: N) -> Mapping[str, bytes]:
        with self._lock:
            receipt = self._node.take(document(notice, sender=self._sender))
        return {**super()._files(notice), ".l-alert-receipt.txt": f"{receipt}\n".encode()}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there as a whole or not at all. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    draft.write_bytes(content)
    draft.replace(path)


def _page(made: ChannelText) -> bytes:
    blocks = [made.text]
    if made.title is not None:
        blocks.insert(0, made.title)
    if made.reading is not None:
        blocks.append(f"よみ\n{made.reading}")
    if made.findings:
        noted = "\n".join(f"[{it.severity}] {it.text} / {it.text_en}" for it in made.findings)
        blocks.append(f"―― 送信前の確認 / check before sending ――\n{noted}")
    return ("\n\n".join(blocks) + "\n").encode()

"""The demo's test pictures: marked, started again when they fall, gone at the end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from ops.servers.process import wait_until
from ops.video_drill import VideoDrill, _stream
from sensors.simulate.video import SYNTHETIC, MovingPicture, ffmpeg_arguments


def test_a_picture_says_that_it_is_made_up_and_has_a_keyframe_every_second() -> None:
    arguments = ffmpeg_arguments(MovingPicture(2, rate=7), font="/f.ttc")
    words = arguments[arguments.index("-vf") + 1]
    assert SYNTHETIC in words
    assert "%{localtime} JST" in words
    assert words.startswith("hue=h=55,drawtext=fontfile=/f.ttc:")
    assert arguments[arguments.index("-g") + 1] == "7"
    assert "epoch" in arguments, "an encoder that begins anew must not give old names to new pieces"
    assert _stream(MovingPicture(1), "v", None).synthetic
    assert _stream(MovingPicture(1), None, (134.0, 34.0)).lon == 134.003


def test_an_encoder_that_falls_stands_up_again_and_none_is_left(tmp_path: Path) -> None:
    at = [0.0]
    pictures = [MovingPicture(1, 64, 36, 2), MovingPicture(2, 64, 36, 2)]
    with VideoDrill(tmp_path, pictures, clock_s=lambda: at[0]) as drill:
        first = drill.pids
        assert len(first) == 2
        os.kill(first[0], signal.SIGKILL)

        def fallen() -> bool:
            drill.look()
            return len(drill.pids) == 1

        assert wait_until(fallen, 5)
        drill.look()
        assert len(drill.pids) == 1, "not before a wait"
        at[0] = 1.0
        drill.look()
        again = drill.pids
        assert len(again) == 2
        assert (again[0] not in first, again[1], drill.restarts) == (True, first[1], 1)
        assert (tmp_path / "drill-1").is_dir()
    assert not any(Path(f"/proc/{pid}").exists() for pid in [*first, *again])
    assert list(tmp_path.iterdir()) == []

"""Moving test pictures as an encoder in the field would publish them: arguments for ffmpeg. Pure.

Everything about them is made up, and says so in the picture: 模擬映像 and the time of encoding are burnt in.
H.264 in fragments of MP4 with a keyframe a second is what cameras, drones and their gateways send, and what
every browser of a disaster centre decodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: what is burnt into every picture
SYNTHETIC: Final = "模擬映像"
#: length of a piece, and how many of them stay [s, pieces]
SEGMENT_S, KEPT = 2, 8
#: how far the colours of two streams lie apart [degrees of hue]
HUE_STEP_DEG: Final = 55


@dataclass(frozen=True)
class MovingPicture:
    """One stream: its number from 1, size [px] and rate [pictures/s]."""

    number: int
    width_px: int = 320
    height_px: int = 180
    rate: int = 5

    @property
    def name(self) -> str:
        """Its folder and id."""
        return f"drill-{self.number}"


def ffmpeg_arguments(picture: MovingPicture, *, font: str | None) -> list[str]:
    """Return what ffmpeg is called with in the folder of a stream; it runs until it is asked to stop.

    `font` is the file of a font that knows Japanese; None = whatever the system takes.
    """
    size = f"{picture.width_px}x{picture.height_px}"
    return [
        *("-hide_banner", "-loglevel", "error", "-nostdin", "-filter_threads", "1"),
        *("-re", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate={picture.rate}"),
        *("-vf", f"hue=h={(picture.number - 1) * HUE_STEP_DEG},{_words(picture, font)}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"),
        *("-threads", "1", "-g", str(picture.rate), "-f", "hls", "-hls_time", str(SEGMENT_S)),
        *("-hls_list_size", str(KEPT), "-hls_segment_type", "fmp4", "-hls_start_number_source", "epoch"),
        *("-hls_flags", "delete_segments+program_date_time+independent_segments+temp_file"),
        "index.m3u8",
    ]


def _words(picture: MovingPicture, font: str | None) -> str:
    """Return the filter that burns in what it is and when; the time is local to the process's zone."""
    words = f"{SYNTHETIC} {picture.number} %{{localtime}} JST"
    size_px = max(10, picture.height_px // 12)
    file = "" if font is None else f"fontfile={font}:"
    look = f"x=8:y=h-th-10:fontsize={size_px}:fontcolor=white:box=1:boxcolor=black@0.7:boxborderw=4"
    return f"drawtext={file}text='{words}':{look}"

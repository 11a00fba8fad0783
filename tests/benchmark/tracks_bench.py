"""Eyes in the field: the figures of vehicles, footprints, cameras and pictures, section by section.

Each section is a benchmark of its own with a naive version in the same run, and can be run alone; they run
one after the other so that none disturbs another. A new section is one line in `SECTIONS`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

#: what it measures, and the program beside this one that does (it takes `--json`)
SECTIONS = {
    "codecs": "track_codec_bench.py",
    "nearness": "nearness_bench.py",
    "footprints": "footprint_bench.py",
    "ingest": "track_ingest_bench.py",
    "cameras": "camera_bench.py",
    "photos": "photo_bench.py",
    "wall": "wall_bench.py",
}
HERE = Path(__file__).parent


def measure(section: str) -> Any:
    """Run one section and return what it measured. Raises `SystemExit` when it fails."""
    ended = subprocess.run(
        [sys.executable, str(HERE / SECTIONS[section]), "--json"], stdout=subprocess.PIPE, check=False
    )
    if ended.returncode != 0:
        raise SystemExit(f"the section {section!r} ended with code {ended.returncode}")
    return json.loads(ended.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}")
    given = parser.parse_args()
    if strangers := set(given.sections) - SECTIONS.keys():
        parser.error(f"no section {', '.join(sorted(strangers))}; there are {', '.join(SECTIONS)}")
    measured = {}
    for section in given.sections or SECTIONS:
        measured[section] = measure(section)
        if not given.json:
            print(f"{section}:", json.dumps(measured[section], ensure_ascii=False, indent=1))
    if given.json:
        print(json.dumps(measured))


if __name__ == "__main__":
    main()

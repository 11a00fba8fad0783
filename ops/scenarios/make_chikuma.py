"""Write the manifest of the scenario `chikuma-2019`, and give its municipalities their codes.

    python -m ops.scenarios.make_chikuma [--out FOLDER]

The boundaries come without codes (国土数値情報 N03 names them); those of 総務省's list are put in here.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ops.scenarios.make import Made, manifest, municipalities

SLUG: Final = "chikuma-2019"
#: five-digit codes without check digit (総務省 全国地方公共団体コード)
CODES: Final = {
    "長野県長野市": "20201",
    "長野県須坂市": "20207",
    "長野県中野市": "20211",
    "長野県上高井郡小布施町": "20541",
    "長野県上高井郡高山村": "20543",
    "長野県上水内郡信濃町": "20583",
}
BOUNDARIES: Final = "municipalities.geojson.gz"
#: not data: licences, and the manifest itself
_NOT_LISTED: Final = ("LICENSE", "manifest.toml", ".")


def with_codes(collection: dict[str, Any]) -> dict[str, Any]:
    """Return the boundaries with `code` and `name`. Raises `KeyError` for an unknown municipality."""
    features = [
        {**feature, "properties": {"code": CODES[name := feature["properties"]["name"]], "name": name}}
        for feature in collection["features"]
    ]
    return municipalities(features)


def rows(name: str, data: bytes) -> int:
    """Return how many records a file of the scenario holds; a raster is one."""
    content = gzip.decompress(data) if name.endswith(".gz") else data
    if ".geojson" in name:
        return len(json.loads(content)["features"])
    return content.count(b"\n") - 1 if ".csv" in name else 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the boundaries and the manifest."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / SLUG)
    folder = parser.parse_args(arguments).out
    boundaries = folder / BOUNDARIES
    collection = with_codes(json.loads(gzip.decompress(boundaries.read_bytes())))
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    boundaries.write_bytes(gzip.compress(f"{text}\n".encode(), compresslevel=9, mtime=0))
    files = []
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(_NOT_LISTED):
            data = path.read_bytes()
            files.append(Made(path.name, data, rows(path.name, data)))
            print(f"{path.name}: {files[-1].rows} rows, {len(data):,} bytes")
    head = (Path(__file__).parent / f"{SLUG}.head.toml").read_text(encoding="utf-8")
    (folder / "manifest.toml").write_text(manifest(head, files), encoding="utf-8")


if __name__ == "__main__":
    main()

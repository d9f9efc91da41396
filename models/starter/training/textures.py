"""What lives here: gathering photographed textures from unpacked Debian packages into one array.
What may not: any picture in the repository; the array stays in the work folder.

Usage: python textures.py WORK   (WORK/tex/<package> are trees made by `apt-get download` and `dpkg -x`)
Writes WORK/textures.npy, uint8 [N, 384, 384, 3], and WORK/textures.json (package and name of each row).
"""

import io
import json
import random
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 384
# Auxiliary maps (normals, gloss, glow) and drawn skies are no surfaces that anybody inspects.
NOT_A_SURFACE = re.compile(
    r"(norm|_nm|spec|gloss|bump|local|luma|glow|_height|sky|cloud|alpha|mask|particle|icon|button|cursor|screenshot|preview|"
    r"portrait|font|gui|skybox|shadow|_ao\.|water|flare|minimap|logo)",
    re.I,
)
LIMITS = {"0ad-data": 420, "nexuiz-textures": 420, "openarena-081-textures": 160, "supertuxkart-data": 330}
PHOTOGRAPHS = ("gnome-backgrounds", "mate-backgrounds", "plasma-workspace-wallpapers")
CROPS_PER_PHOTOGRAPH = 4


def candidates(package: Path):
    """Yield (name, open function) of every picture in a package, archives included."""
    for path in sorted(package.rglob("*")):
        if path.suffix.lower() in (".zip", ".pk3"):
            archive = zipfile.ZipFile(path)
            for name in archive.namelist():
                if package.name == "0ad-data" and "terrain/types" not in name and "skins/structural" not in name:
                    continue
                yield name, (lambda a=archive, n=name: io.BytesIO(a.read(n)))
        elif path.is_file():
            yield str(path.relative_to(package)), (lambda p=path: p)


def usable(image: Image.Image) -> bool:
    """Opaque, near square, large enough and neither flat nor a drawing of a few colours."""
    w, h = image.size
    if min(w, h) < 256 or max(w, h) / min(w, h) > 2.1:
        return False
    if image.mode in ("RGBA", "LA") and np.asarray(image.getchannel("A")).min() < 250:
        return False
    grey = np.asarray(image.convert("L").resize((64, 64)), np.float32)
    return 3.0 < grey.std() < 75.0


def gather(work: Path, seed: int = 4):
    rng = random.Random(seed)
    rows, names = [], []
    for package in sorted((work / "tex").iterdir()):
        pool = [c for c in candidates(package) if re.search(r"\.(png|jpe?g|dds|tga|webp)$", c[0], re.I) and not NOT_A_SURFACE.search(c[0])]
        rng.shuffle(pool)
        photographs = package.name in PHOTOGRAPHS
        taken, limit = 0, LIMITS.get(package.name, 60)
        for name, opener in pool:
            if taken >= limit:
                break
            try:
                image = Image.open(opener())
                image.load()
            except Exception:
                continue
            if not usable(image) and not photographs:
                continue
            image = image.convert("RGB")
            boxes = []
            if photographs:
                side = min(image.size) // 3
                if side < 256:
                    continue
                for _ in range(CROPS_PER_PHOTOGRAPH):
                    x, y = rng.randrange(image.width - side), rng.randrange(image.height - side)
                    boxes.append((x, y, x + side, y + side))
            else:
                side = min(image.size)
                boxes.append((0, 0, side, side))
            for box in boxes:
                rows.append(np.asarray(image.crop(box).resize((SIDE, SIDE), Image.BICUBIC)))
                names.append(f"{package.name}:{name}")
            taken += 1
        print(package.name, taken, flush=True)
    np.save(work / "textures.npy", np.stack(rows))
    (work / "textures.json").write_text(json.dumps(names))
    print(len(rows))


if __name__ == "__main__":
    gather(Path(sys.argv[1]))

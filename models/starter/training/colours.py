"""What lives here: words for what can be measured in a picture: its main colours, light and structure. What may not: names, states.

These words are neither good nor bad; training shows them with both, so that «green» means green and nothing else.
"""

import cv2
import numpy as np

HUES = (("red", 8), ("orange", 20), ("yellow", 33), ("green", 80), ("turquoise", 97), ("blue", 130), ("purple", 150), ("pink", 170), ("red", 181))
COLOURS = ("red", "orange", "yellow", "green", "turquoise", "blue", "purple", "pink", "brown", "black", "white", "grey")
SYNONYMS = {
    "red": ["red", "crimson", "scarlet"], "orange": ["orange"], "yellow": ["yellow", "golden"], "green": ["green"], "turquoise": ["turquoise", "cyan"], "blue": ["blue"],
    "purple": ["purple", "violet"], "pink": ["pink", "rosy"], "brown": ["brown", "tan", "beige"], "black": ["black"], "white": ["white"], "grey": ["grey", "gray", "silver"],
}
LIGHT = {"dark": ["dark", "dim"], "bright": ["bright", "pale", "light"]}
STRUCTURE = {"plain": ["plain", "smooth", "even"], "patterned": ["patterned", "textured", "busy"]}


def shares(image):
    """Share of each of COLOURS in an RGB picture, float32 [12]."""
    small = cv2.resize(np.ascontiguousarray(image), (48, 48), interpolation=cv2.INTER_AREA)
    h, s, v = (c.astype(np.int32) for c in cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2HSV)))
    out = np.zeros(len(COLOURS), np.float32)
    index = np.zeros(h.shape, int)
    low = -1
    for name, high in HUES:
        index[(h > low) & (h <= high)] = COLOURS.index(name)
        low = high
    brown = (h > 4) & (h < 26) & (v < 175) & (s > 50) | (h > 8) & (h < 28) & (s > 40) & (s < 120)
    index[brown] = COLOURS.index("brown")
    pale = s * v < 38 * 160
    index[pale] = COLOURS.index("grey")
    index[(s < 45) & (v > 205)] = COLOURS.index("white")
    index[v < 48] = COLOURS.index("black")
    np.add.at(out, index.ravel(), 1 / index.size)
    return out


def measure(image):
    """[shares of the 12 colours, mean brightness 0..1, roughness 0..1] of an RGB uint8 picture."""
    grey = cv2.resize(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY), (128, 128), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    rough = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 4)).mean() / (grey.mean() + 0.1)
    return np.concatenate([shares(image), [grey.mean(), rough]]).astype(np.float32)

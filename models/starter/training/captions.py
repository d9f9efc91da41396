"""What lives here: sentences about good and bad things. What may not: anything that looks at pixels.

Words in HELD_OUT are never used in training, neither as state words nor as others (see `words_of`); the word test uses them.
"""

import json
import string
from pathlib import Path

TEMPLATES = json.loads((Path(__file__).resolve().parents[3] / "assets" / "prompts" / "openai-imagenet-templates.json").read_text())
TEMPLATES = TEMPLATES["templates"] if isinstance(TEMPLATES, dict) else TEMPLATES
INSPECTION = [
    "a cropped photo of {a} {}.", "a close-up photo of {a} {}.", "a bright photo of {a} {}.", "a dark photo of {a} {}.", "a jpeg corrupted photo of {a} {}.",
    "a blurry photo of {a} {}.", "a photo of {a} {}.", "a photo of {a} small {}.", "a photo of {a} large {}.",
    "a photo of {a} {} for visual inspection.", "a photo of {a} {} for anomaly detection.",
]
NORMAL = [
    "{}", "normal {}", "normal {}", "normal {}", "flawless {}", "flawless {}", "perfect {}", "unblemished {}", "{} without flaw", "{} without defect", "{} without damage",
    "good {}", "intact {}", "undamaged {}", "clean {}", "healthy {}", "sound {}", "unbroken {}", "unmarked {}", "non-defective {}", "{} in good condition",
    "{} without defects", "{} without any fault", "complete {}", "whole {}", "unscratched {}", "untouched {}", "acceptable {}", "unharmed {}", "{} as it should be",
    "correct {}", "fine {}", "ordinary {}", "regular {}", "uniform {}", "impeccable {}", "stainless {}", "undefiled {}", "uninjured {}", "new {}", "proper {}", "unflawed {}",
    "unspoiled {}", "{} in perfect condition", "{} with nothing wrong", "{} in working order", "uncracked {}", "untorn {}", "{} of good quality", "satisfactory {}",
    "excellent {}", "ideal {}", "well-made {}", "perfectly fine {}", "exemplary {}", "unworn {}", "pure {}", "tidy {}",
    "unsullied {}", "unstained {}", "unscathed {}", "undisturbed {}", "unaltered {}", "unaffected {}", "untainted {}", "unbent {}", "unsoiled {}", "unpolluted {}", "neat {}",
    "unadulterated {}", "irreproachable {}", "exquisite {}", "matchless {}", "{} in mint condition", "unmutilated {}", "undeformed {}", "unhurt {}", "undecayed {}", "uncorrupted {}",
]
ABNORMAL = [
    "anomalous {}", "anomalous {}", "anomalous {}", "abnormal {}", "damaged {}", "damaged {}", "damaged {}", "{} with flaw", "{} with defect", "{} with damage", "defective {}",
    "flawed {}", "broken {}", "imperfect {}", "bad {}", "{} with a defect", "{} with an anomaly", "{} with defects", "unhealthy {}", "diseased {}", "injured {}",
    "defaced {}", "scarred {}", "tainted {}", "corrupted {}", "deformed {}", "wrong {}", "irregular {}", "{} with an impurity", "unsound {}", "mutilated {}",
    "dilapidated {}", "tarnished {}", "contaminated {}", "incomplete {}", "{} with a fault", "ruined {}", "harmed {}", "{} in bad condition",
    "cracked {}", "scratched {}", "torn {}", "stained {}", "spoiled {}", "rotten {}", "dirty {}", "worn out {}", "shattered {}", "smashed {}", "dented {}", "chipped {}",
    "corroded {}", "ripped {}", "shoddy {}", "substandard {}", "malformed {}", "misshapen {}", "decayed {}", "wrecked {}", "{} of bad quality", "{} with something wrong", "sullied {}",
    "scuffed {}", "soiled {}", "smeared {}", "warped {}", "crooked {}", "fractured {}", "botched {}", "tattered {}", "frayed {}", "battered {}", "mangled {}", "maimed {}", "crippled {}",
    "scraped {}", "pockmarked {}", "blighted {}", "weakened {}", "hurt {}", "bruised {}", "distorted {}", "deteriorated {}", "inferior {}", "degraded {}", "crumpled {}", "vitiated {}",
    "defiled {}", "polluted {}", "ugly {}", "vandalised {}",
]
HELD_OUT = {
    "normal": ["immaculate {}", "faultless {}", "pristine {}", "spotless {}", "unimpaired {}"],
    "abnormal": ["blemished {}", "faulty {}", "marred {}", "impaired {}", "disfigured {}"],
}
# What the generator calls its defects, in words.
DEFECT_WORDS = {
    "scratch": ["scratched {}", "{} with a scratch"], "crack": ["cracked {}", "{} with a crack"], "stain": ["stained {}", "{} with a stain"], "ink": ["{} with ink on it", "spotted {}"],
    "pits": ["pitted {}", "{} with pitting", "corroded {}"], "hole": ["{} with a hole", "punctured {}"], "foreign": ["{} with a foreign body", "contaminated {}"],
    "displaced": ["{} with a misplaced piece", "misaligned {}"], "blur": ["smeared {}", "smudged {}"], "bend": ["bent {}", "dented {}"], "fibre": ["{} with a hair on it", "{} with a loose thread"],
    "crumbs": ["dirty {}", "{} with dirt on it"], "discolouration": ["discoloured {}", "{} with a colour defect", "burnt {}"], "worn": ["worn {}", "{} with missing print"],
    "odd": ["irregular {}", "{} with an odd spot", "uneven {}"],
    "embedded": ["{} with a streak", "{} with an embedded fibre"],
    "impurity": ["impure {}", "{} with an impurity"], "chip": ["chipped {}"], "broken edge": ["{} with a broken edge", "{} with a piece missing"], "broken": ["broken {}", "{} broken in two"],
    "missing part": ["{} with a missing part", "incomplete {}"], "turned part": ["{} with one turned"], "recoloured part": ["{} with one of another colour"], "broken part": ["{} with one broken"],
    "wrong part": ["{} with a wrong part"], "misplaced part": ["{} with a misplaced part"], "defect": ["{} with a defect"],
    "nodule": ["{} with a nodule", "{} with a lesion"], "bleed": ["{} with bleeding", "{} with a haemorrhage"], "tumour": ["{} with a tumour", "{} with cancer"], "cyst": ["{} with a cyst"],
}


HELD_OUT_STEMS = ("immaculat", "faultless", "pristine", "spotless", "unimpair", "blemish", "faulty", "marr", "impair", "disfigur")
MATERIALS = {
    "metal": ["metal", "metallic surface", "steel", "metal thing"], "wood": ["wood", "wooden surface", "wooden thing", "timber"], "paper": ["paper", "paper surface", "cardboard"],
    "fabric": ["fabric", "cloth", "textile", "woven fabric"], "ceramic": ["ceramic", "ceramic thing", "glazed ceramic", "porcelain"], "stone": ["stone", "stone surface", "rock"],
    "glass": ["glass", "glass thing", "glassy surface"], "plastic": ["plastic", "plastic thing", "plastic surface"], "leather": ["leather", "hide", "leather surface"],
    "food": ["food", "something to eat"], "plant": ["plant", "leaf"], "scan": ["medical scan", "grey scan", "X-ray picture"],
}
# Names of older shards that say the material.
MATERIAL_OF = {
    "metal": "metal,steel sheet,aluminium plate,casting,iron part,shaft,screw,spindle,grating", "wood": "wood,veneer", "paper": "paper,cardboard,sheet,wallpaper",
    "fabric": "fabric,cloth,textile,carpet,felt", "ceramic": "ceramic,plates", "stone": "stone,terrazzo,granite,concrete,plaster,brick wall", "plastic": "plastic,housing,cover",
    "leather": "leather", "food": "bread,biscuit,cookie,fruit,nut,bean", "scan": "brain scan,chest X-ray,ultrasound image,tissue image,body scan",
}
MATERIAL_OF = {name: material for material, names in MATERIAL_OF.items() for name in names.split(",")}
# Names that mean the same thing or are given to the same pictures: none of them is wrong for another's picture.
ALIKE = [
    "paper,cardboard,sheet,kraft paper,pulp board", "metal,steel sheet,aluminium plate,metal plate,machined part,casting,iron part", "shaft,screw,spindle,metal", "ceramic,tile,plate,porcelain,bowl",
    "fabric,cloth,textile,canvas,denim,upholstery,towel,corduroy", "carpet,felt", "wood,board,veneer,plank,parquet,planks,wooden floor", "leather,skin,bark", "tiles,brick wall,mosaic,tile,patterned tile",
    "print,label,wallpaper,packaging,carton,box,panel,patterned paper,foil", "plastic,housing,cover", "stone,terrazzo,granite,marble,slab,stone plate,sandstone,slate,floor", "bread,foam,concrete,plaster",
    "grid,mesh,grating,wire mesh,net,gauze,perforated sheet", "surface,texture,wall,stone,floor,panel", "pill,tile,plate,tablet,button", "nut,biscuit,bean,stone,seed,candy,cookie,bread,fruit",
    "hexagon nut,plate,sign,tile", "gear,wheel,sprocket", "ring,washer,seal,gasket", "bottle,screw,bolt,vial,pin,valve,glass,glass pane", "toy,figure,doll,insect,tool",
    "bracket,metal part,frame,key,plate", "cable,bundle,tray,connector", "circuit board,pcb,board,module", "label,print,panel,box,packaging", "gravel,grains,cork,seeds", "fruit,vegetable,peel,bread",
    "printed cloth,tapestry,fabric,textile", "brain scan,chest X-ray,ultrasound image,tissue image,body scan,X-ray image",
]
ALIKE = [set(group.split(",")) for group in ALIKE]


def singular(name):
    return name[:-1] if name.endswith("s") and not name.endswith("ss") and name not in ("glass", "tiles", "planks", "grains", "seeds") else name


def alike(a, b):
    """Whether a picture called `a` may as well be called `b`."""
    a, b = singular(a), singular(b)
    return a == b or any(a in group and b in group for group in ALIKE)


def words_of(phrases):
    return {w for p in phrases for w in p.replace("{}", "").lower().replace("-", " ").split()}


def held_out(word):
    return word.lower().startswith(HELD_OUT_STEMS)


def gibberish(rng):
    """One to two strings of letters that are no words."""
    return " ".join("".join(rng.choice(list(string.ascii_lowercase), int(rng.integers(3, 9)))) for _ in range(int(rng.integers(1, 3))))


def fill(rng, state, name):
    """A sentence in one of the usual templates."""
    phrase = state.format(name)
    kind = rng.random()
    if kind < 0.25:
        return f"a photo of a {phrase}"
    if kind < 0.6:
        return TEMPLATES[rng.integers(len(TEMPLATES))].replace("{}", phrase)
    if kind < 0.9:
        return INSPECTION[rng.integers(len(INSPECTION))].replace("{a}", "a" if rng.random() < 0.5 else "the").replace("{}", phrase)
    return phrase if kind < 0.97 else phrase + "."


def random_name(rng, own, nouns, vocabulary):
    """The object's own name, any English word, «object», or random tokens: an unknown name must leave the state readable."""
    kind = rng.random()
    if kind < 0.4:
        return own
    if kind < 0.55:
        return "object"
    if kind < 0.8:
        return nouns[rng.integers(len(nouns))]
    if kind < 0.88:
        return gibberish(rng)
    tokens = [vocabulary[rng.integers(len(vocabulary))] for _ in range(rng.integers(1, 4))]
    return " ".join(t.strip(string.punctuation) or "x" for t in tokens)


def pair(rng, own, nouns, vocabulary):
    """(normal sentence, abnormal sentence), mostly about the same name."""
    a = random_name(rng, own, nouns, vocabulary)
    b = a if rng.random() < 0.8 else random_name(rng, own, nouns, vocabulary)
    return fill(rng, NORMAL[rng.integers(len(NORMAL))], a), fill(rng, ABNORMAL[rng.integers(len(ABNORMAL))], b)


def describe(rng, own, defects):
    """What a picture shows, for the contrast over the batch."""
    if not defects:
        return fill(rng, NORMAL[rng.integers(len(NORMAL))], own)
    words = DEFECT_WORDS.get(defects[rng.integers(len(defects))], ABNORMAL)
    return fill(rng, words[rng.integers(len(words))], own)

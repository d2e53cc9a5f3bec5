"""TreeSHAP by the Python package `shap`.

  shap_reference.py compare ANSWER.json   compares what the example `shap_of_log` printed with shap, row by row
  shap_reference.py fixture FILE          writes a small forest, rows and shap's answers, for the tests
"""

import json
import sys

import numpy as np
import shap

TOLERANCES = {
    "base value": 1e-9,
    "path-dependent": 1e-9,
    "interventional": 1e-7,  # shap computes these weights in single precision
}
FEATURES, TREES, LEAVES, ROWS, BACKGROUND = 9, 4, 14, 12, 5


def explainer(trees, background=None):
    """Makes the explainer of the mean of trees, whose nodes are (feature, threshold, left child or none, value, cover)."""
    as_shap = []
    for tree in trees:
        feature, threshold, lefts, value, cover = (np.array(column) for column in zip(*tree))
        left = np.array([-1 if left is None else left for left in lefts])
        as_shap.append({
            "children_left": left.astype(np.int32),
            "children_right": np.where(left < 0, -1, left + 1).astype(np.int32),
            "children_default": np.where(left < 0, -1, left + 1).astype(np.int32),
            "features": np.where(left < 0, -2, feature).astype(np.int32),
            "thresholds": threshold.astype(float),
            "values": value.astype(float).reshape(-1, 1) / len(trees),
            "node_sample_weight": cover.astype(float),
        })
    kind = "tree_path_dependent" if background is None else "interventional"
    return shap.TreeExplainer({"trees": as_shap}, data=background, feature_perturbation=kind)


def answers(trees, rows, background):
    """Returns base value and contributions, path-dependent and interventional."""
    by_covers, by_rows = explainer(trees), explainer(trees, background)
    plain = lambda explainer: np.asarray(explainer.shap_values(rows, check_additivity=False)).reshape(rows.shape)
    base = float(np.ravel(by_covers.expected_value)[0])
    return base, plain(by_covers), plain(by_rows)


def compare(file):
    with open(file) as answer:
        ours = json.load(answer)
    rows = np.array(ours["rows"], dtype=float)
    base, path_dependent, interventional = answers(ours["trees"], rows, rows[: ours["background"]])
    differences = {
        "base value": abs(base - ours["base_value"]),
        "path-dependent": np.abs(path_dependent - np.array(ours["path_dependent"])).max(),
        "interventional": np.abs(interventional - np.array(ours["interventional"])).max(),
    }
    for what, difference in differences.items():
        print(f"TreeSHAP, {what}: {len(rows)} rows, {len(ours['trees'])} trees, largest difference {difference:.1e}")
    too_large = [what for what, difference in differences.items() if not difference <= TOLERANCES[what]]
    if too_large:
        sys.exit(f"too large: {', '.join(too_large)}")


def grown(random):
    """Grows a random tree with covers; its values are parts of 2^20, as a forest keeps them."""
    leaf = lambda cover: [0, 0, None, int(random.integers(2**20)) / 2**20, cover]
    nodes, leaves = [leaf(10_000)], [0]
    while len(leaves) < LEAVES:
        at = leaves.pop(int(random.integers(len(leaves))))
        cover = nodes[at][4]
        if cover < 2:
            continue
        to_left = int(random.integers(1, cover))
        left = len(nodes)
        nodes[at] = [int(random.integers(FEATURES)), int(random.integers(1, 254)), left, 0.0, cover]
        nodes += [leaf(to_left), leaf(cover - to_left)]
        leaves += [left, left + 1]
    return nodes


def fixture(file):
    random = np.random.default_rng(1)
    trees = [grown(random) for _ in range(TREES)]
    rows = random.integers(0, 256, (ROWS, FEATURES))
    background = random.integers(0, 256, (BACKGROUND, FEATURES))
    base, path_dependent, interventional = answers(trees, rows.astype(float), background.astype(float))
    content = {
        "trees": trees,
        "rows": rows.tolist(),
        "background": background.tolist(),
        "base_value": base,
        "path_dependent": path_dependent.tolist(),
        "interventional": interventional.tolist(),
    }
    with open(file, "w") as out:
        json.dump(content, out)
        out.write("\n")


if __name__ == "__main__":
    {"compare": compare, "fixture": fixture}[sys.argv[1]](sys.argv[2])

"""LIME by the Python package `lime`.

  lime_reference.py FILE [SAMPLES]   writes rows, the statistics that lime takes of them, lime's own draws around a row
                                     with their outputs, and the linear models that lime fits to them
"""

import json
import sys

import numpy as np
from lime.lime_tabular import LimeTabularExplainer

FEATURES, ROWS = 8, 101


def output(rows):
    """A function that is neither linear nor smooth."""
    return np.tanh(rows[:, 0] * rows[:, 1]) + (rows[:, 2] > 1) * 0.7 - 0.4 * rows[:, 3] * (rows[:, 4] > 0) + 0.1 * rows[:, 5]


def main(file, samples=400):
    random = np.random.default_rng(1)
    rows = random.normal(size=(ROWS, FEATURES))
    rows[:, 2] = random.poisson(1, ROWS)
    rows[:, 4] = random.poisson(0.2, ROWS)
    rows[:, 6] = 0.0
    rows[:, 7] = np.exp(3 * rows[:, 7])
    row = rows[7]
    seen = {}

    def remember(drawn):
        seen["drawn"] = drawn
        return output(drawn)

    models = []
    for most in (4, 7, 10):
        explainer = LimeTabularExplainer(rows, mode="regression", random_state=1)
        explanation = explainer.explain_instance(row, remember, num_features=most, num_samples=int(samples))
        weights = [[int(feature), float(weight)] for feature, weight in explanation.local_exp[1]]
        models.append({
            "most": most,
            "weights": weights,
            "intercept": float(explanation.intercept[1]),
            "r2": float(explanation.score),
            "local_prediction": float(np.ravel(explanation.local_pred)[0]),
        })
    discretizer = explainer.discretizer
    bins = discretizer.discretize(seen["drawn"])
    ones = (bins == discretizer.discretize(row)).astype(int)
    statistics = []
    for feature in range(FEATURES):
        frequencies = dict(zip(explainer.feature_values[feature], explainer.feature_frequencies[feature]))
        numbers = range(len(discretizer.means[feature]))
        statistics.append({
            "frequency": [float(frequencies.get(number, 0.0)) for number in numbers],
            "mean": [float(mean) for mean in discretizer.means[feature]],
            "deviation": [float(deviation) for deviation in discretizer.stds[feature]],
            "lowest": [float(end) for end in discretizer.mins[feature]],
            "highest": [float(end) for end in discretizer.maxs[feature]],
        })
    content = {
        "rows": rows.tolist(),
        "row": 7,
        "condition": [discretizer.names[feature][int(bin)] for feature, bin in enumerate(discretizer.discretize(row))],
        "statistics": statistics,
        "ones": ["".join(map(str, draw)) for draw in ones],
        "outputs": output(seen["drawn"]).tolist(),
        "models": models,
    }
    with open(file, "w") as out:
        json.dump(content, out)
        out.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

#!/usr/bin/env python3
"""Writes what scikit-learn makes of 600 scored rows: the figures that `shared::metrics` must give.

  metrics_fixture.py shared/tests/fixtures/metrics.json

Scores are rounded so that many tie. `weighted` are the same figures with the rows' weights, `at_prevalence` with
attacks weighted to be that share of all. Needs scikit-learn (`pip install scikit-learn`); the same rows every time.
"""
import json, random, sys

from sklearn.metrics import (average_precision_score, brier_score_loss, log_loss, precision_recall_curve,
                             roc_auc_score, roc_curve)

ROWS, PREVALENCE, BINS = 600, 0.01, 15


def rows():
    rng = random.Random(7)
    for _ in range(ROWS):
        is_attack = rng.random() < 0.15
        score = round(rng.gauss(1.2 if is_attack else 0.0, 1.0), 1)
        probability = round(min(1.0, max(0.0, rng.gauss(0.55 if is_attack else 0.2, 0.2))), 3)
        yield {"score": score, "probability": probability, "is_attack": is_attack,
               "weight": round(rng.uniform(0.2, 3.0), 2)}


def calibration_error(labels, probabilities, weights):
    """Expected calibration error over bins of equal width; scikit-learn has none."""
    error = 0.0
    for bin in range(BINS):
        inside = [(l, p, w) for l, p, w in zip(labels, probabilities, weights) if min(int(p * BINS), BINS - 1) == bin]
        error += abs(sum(w * (p - l) for l, p, w in inside))
    return error / sum(weights)


def figures(rows, weights):
    labels = [int(row["is_attack"]) for row in rows]
    scores = [row["score"] for row in rows]
    probabilities = [row["probability"] for row in rows]
    return {
        "roc_auc": roc_auc_score(labels, scores, sample_weight=weights),
        "average_precision": average_precision_score(labels, scores, sample_weight=weights),
        "brier": brier_score_loss(labels, probabilities, sample_weight=weights),
        "log_loss": log_loss(labels, probabilities, sample_weight=weights),
        "calibration_error": calibration_error(labels, probabilities, weights),
    }


def curves(rows):
    labels, scores = [int(row["is_attack"]) for row in rows], [row["score"] for row in rows]
    precision, recall, _ = precision_recall_curve(labels, scores)
    false_positives, true_positives, _ = roc_curve(labels, scores, drop_intermediate=False)
    return {  # the last point of scikit-learn's precision-recall curve stands for no threshold
        "precision_recall": list(zip(recall.tolist(), precision.tolist()))[:-1][::-1],
        "roc": list(zip(false_positives.tolist(), true_positives.tolist())),
    }


def main():
    made = list(rows())
    attacks = sum(row["is_attack"] for row in made)
    factor = PREVALENCE / (1 - PREVALENCE) * (ROWS - attacks) / attacks
    fixture = {
        "plain": figures(made, [1.0] * ROWS),
        "weighted": figures(made, [row["weight"] for row in made]),
        "prevalence": PREVALENCE,
        "at_prevalence": figures(made, [factor if row["is_attack"] else 1.0 for row in made]),
        **curves(made),
        "rows": made,
    }
    with open(sys.argv[1], "w") as file:
        json.dump(fixture, file)
        file.write("\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Prints how well scikit-learn's random forest tells attacks on the same rows as ours: for comparison only.

  forest_sklearn.py rows.csv --trees 200 --depth 12 --least-rows 5 --tried 6 [--leaves 64]

The rows are bins of features, then `label` (1 is an attack) and `fold`. Each fold above 0 is judged by a forest that
learnt from all rows of other folds; the figure is the average precision. Needs scikit-learn (`pip install
scikit-learn`). `cargo bench --package lab --bench forest -- rows.csv` writes such rows and prints our own figures.
"""
import argparse, csv

import numpy
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score


def read(path):
    with open(path, newline="") as file:
        names, *rows = csv.reader(file)
    if names[-2:] != ["label", "fold"]:
        raise SystemExit(f"{path}: the last two columns are not label and fold")
    table = numpy.array(rows, dtype=numpy.int64)
    return table[:, :-2].astype(numpy.float32), table[:, -2], table[:, -1]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows")
    parser.add_argument("--trees", type=int, default=200)
    parser.add_argument("--depth", type=int, default=12)
    parser.add_argument("--least-rows", type=int, default=5, help="rows of a leaf, at least")
    parser.add_argument("--tried", type=int, default=6, help="features tried at each split")
    parser.add_argument("--leaves", type=int, help="leaves of a tree, at most")
    parser.add_argument("--seeds", type=int, default=3, help="forests a fold, each of another seed")
    return parser.parse_args()


def main():
    asked = arguments()
    rows, labels, folds = read(asked.rows)
    for fold in sorted(set(folds) - {0}):
        judged = folds == fold
        figures = []
        for seed in range(asked.seeds):
            forest = RandomForestClassifier(
                n_estimators=asked.trees, max_depth=asked.depth, min_samples_leaf=asked.least_rows,
                max_features=asked.tried, max_leaf_nodes=asked.leaves, random_state=seed, n_jobs=-1)
            forest.fit(rows[~judged], labels[~judged])
            figures.append(average_precision_score(labels[judged], forest.predict_proba(rows[judged])[:, 1]))
        print(f"fold {fold}: {judged.sum()} rows judged, PR-AUC {numpy.mean(figures):.4f} "
              f"({min(figures):.4f} to {max(figures):.4f} over {asked.seeds} seeds)")


if __name__ == "__main__":
    main()

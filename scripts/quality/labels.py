#!/usr/bin/env python3
"""Labels of one's own log: what does a model learn from eight labelled weeks, for the three weeks that follow?

  labels.py LAB [--seeds 1 2 3]

Makes the log of an office of another make (office.py) and of worlds of `uba generate` with other parameters than those
of training, trains a model on the first weeks by `uba train`, and measures it beside the shipped one on the last weeks.
Standard library only.
"""
import argparse, collections, concurrent.futures, csv, datetime, functools, gzip, itertools, pathlib, statistics
import tempfile, typing

import office, tables, uba_eval
from program import Bench

PROCESSES = 2
WEEKS, LABELLED = 11, 8
# The last weeks of a world: attacks come in its last 40 % alone.
WORLD = {"users": 400, "days": 193, "attack-rate": 0.4, "life": "quiet", "situated": 0.2}
# The share of attacks at which the score is a probability, and the number of bins of the calibration error.
PREVALENCE, BINS = 0.15, 15
OFFICE, GENERATED = "office", "generated"
# Kinds of attack by honest-looking acts, which are to be found by user-week.
SLOW = {OFFICE: ("slow_exfiltration", "privilege_abuse"), GENERATED: ("exfiltration_slow", "privilege_abuse")}
SHIPPED, TRAINED, UNLABELLED = "shipped", "trained on labels", "trained without labels"


class Event(typing.NamedTuple):
    """An event of the last weeks, and what is said of it."""
    user: str
    day: str
    kind: str # of its attack; empty for none
    rarity: float


class Measured(typing.NamedTuple):
    """The figures of a model on a log: PR-AUC of events, of all attacks and by kind; recall of attacked user-weeks, by
    kind, at what 1 % of the others pass; the calibration error."""
    pr_auc: float
    kinds: dict
    weeks: dict
    error: float


def measure(bench, pool, seeds):
    """Returns the figures by (make, seed, model)."""
    cells = list(itertools.product((OFFICE, GENERATED), seeds))
    found = pool.map(functools.partial(of_log, bench), cells)
    return {(*cell, model): figures for cell, of_models in zip(cells, found) for model, figures in of_models.items()}


def of_log(bench, cell):
    """Makes a log, trains on its first weeks, and measures the models on its last ones."""
    make, seed = cell
    log = bench.folder / f"labels-{make}-{seed}.csv.gz"
    if make == OFFICE:
        office.Office(seed).write(log)
    else:
        flags = [part for option, value in WORLD.items() for part in (f"--{option}", value)]
        keep(bench.generate(f"labels-whole-{seed}", *flags, "--seed", 500 + seed), log, last_weeks)
    header, rows = read(log)
    judged_from = first_days(header, rows)[7 * LABELLED]
    models = {SHIPPED: None}
    for name, is_labelled in ((TRAINED, True), (UNLABELLED, False)):
        part = log.with_name(f"{is_labelled}-{log.name}")
        keep(log, part, functools.partial(first_weeks, judged_from, is_labelled))
        models[name] = bench.train(part.name.removesuffix(".csv.gz"), logs=(part,))
    return {name: figures(events(bench, log, judged_from, model)) for name, model in models.items()}


def read(log):
    """Returns the header and the rows of a log."""
    with gzip.open(log, "rt", newline="") as source:
        header, *rows = csv.reader(source)
    return header, rows


def keep(log, out, select):
    """Writes those rows of a log that are selected, given its header."""
    header, rows = read(log)
    with gzip.open(out, "wt", newline="") as file:
        csv.writer(file).writerows([header, *select(header, rows)])


def first_days(header, rows):
    """Returns the days of a log in their order."""
    time = header.index("timestamp")
    return sorted({row[time][:10] for row in rows})


def last_weeks(header, rows):
    """Returns the rows of the last weeks."""
    first, time = first_days(header, rows)[-7 * WEEKS], header.index("timestamp")
    return [row for row in rows if row[time][:10] >= first]


def first_weeks(end, is_labelled, header, rows):
    """Returns the rows before a day; without labels nothing is said to be an attack."""
    time, labels = header.index("timestamp"), [header.index(name) for name in ("is_anomaly", "anomaly_type", "case")]
    earlier = [row for row in rows if row[time][:10] < end]
    if not is_labelled:
        for row, (place, unlabelled) in itertools.product(earlier, zip(labels, ("0", "", ""))):
            row[place] = unlabelled
    return earlier


def events(bench, log, start, model):
    """Returns the events from a day on."""
    header, rows = read(log)
    kind = header.index("anomaly_type")
    found = (Event(user, day, row[kind], rarity)
             for (user, day, rarity), row in zip(bench.rarities(log, model), rows, strict=True))
    return [event for event in found if event.day >= start]


def figures(found):
    """Returns the figures of the events of a model."""
    kinds = sorted({event.kind for event in found} - {""})
    precision = lambda of: uba_eval.auc_ap([(event.rarity, int(event.kind != "")) for event in of])[1]
    by_kind = {kind: precision([event for event in found if event.kind in ("", kind)]) for kind in kinds}
    return Measured(precision(found), by_kind, week_recalls(found, kinds), calibration_error(found))


def week_recalls(found, kinds):
    """Returns by kind how many of the attacked user-weeks pass what 1 % of the others pass."""
    highest, attacked = collections.defaultdict(float), collections.defaultdict(set)
    for event in found:
        week = event.user, datetime.date.fromisoformat(event.day).isocalendar()[:2]
        highest[week] = max(highest[week], event.rarity)
        attacked[week] |= {event.kind} - {""}
    threshold = uba_eval.at_fpr([(rarity, int(bool(attacked[week]))) for week, rarity in highest.items()], 0.01)
    of_kind = lambda kind: [rarity > threshold for week, rarity in highest.items() if kind in attacked[week]]
    return {kind: statistics.mean(of_kind(kind)) for kind in kinds}


def calibration_error(found):
    """Returns the mean distance of the scores from the shares of attacks, as if a share PREVALENCE were attacks."""
    attacks = sum(event.kind != "" for event in found)
    weights = {True: PREVALENCE / attacks, False: (1 - PREVALENCE) / (len(found) - attacks)}
    bins = collections.Counter()
    for event in found:
        is_attack, score = event.kind != "", anomaly_score(event.rarity)
        bins[min(BINS - 1, int(score * BINS))] += weights[is_attack] * (score - is_attack)
    return sum(map(abs, bins.values()))


def anomaly_score(rarity):
    """Returns the score of a rarity, as `shared::calibration::anomaly_score`."""
    return 1 / (1 + 3 / 7 * 10 ** (-1.3 * (rarity - 2)))


def section(measured):
    """Returns the tables by log and model, and by kind of attack."""
    seeds = sorted({seed for _, seed, _ in measured})
    rows = [[make, seed, *(f"{measured[make, seed, model].pr_auc:.2f}" for model in (SHIPPED, UNLABELLED, TRAINED)),
             *(f"{measured[make, seed, model].error:.3f}" for model in (SHIPPED, TRAINED))]
            for make, seed in itertools.product((OFFICE, GENERATED), seeds)]
    header = ["log", "seed", *(f"events, PR-AUC, {model}" for model in (SHIPPED, UNLABELLED, TRAINED)),
              *(f"calibration error, {model}" for model in (SHIPPED, TRAINED))]
    return f"""
## Labels of one's own log

{LABELLED} weeks of a log with labels are learnt by `uba train`, and the {WEEKS - LABELLED} that follow are judged; the
scores are those of the whole log in its order. `office` is `scripts/quality/office.py`, {office.USERS} people who do one or
two things a day; it shares no line with `uba generate`, whose worlds, `generated`, have {WORLD['users']} users, quiet lives and
twice the usual attacks. The calibration error is as if {tables.percent(PREVALENCE, 0)} were attacks.

{tables.table(header, rows)}

By kind, means over the seeds. User-weeks are found where they pass what 1 % of those without an attack pass.

{by_kind(measured, seeds)}
"""


def by_kind(measured, seeds):
    rows = []
    for make in (OFFICE, GENERATED):
        of = lambda model: [measured[make, seed, model] for seed in seeds]
        for kind in sorted({kind for one in of(SHIPPED) for kind in one.kinds}):
            mean = lambda model, pick: statistics.mean(pick(one)[kind] for one in of(model) if kind in pick(one))
            cells = [f"{mean(model, pick):.2f}" for pick in (lambda one: one.kinds, lambda one: one.weeks)
                     for model in (SHIPPED, TRAINED)]
            rows.append([make, f"`{kind}`", *cells])
    return tables.table(["log", "kind", "events, PR-AUC, shipped", "events, PR-AUC, trained", "user-weeks, shipped",
                         "user-weeks, trained"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("uba", metavar="LAB")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ProcessPoolExecutor(PROCESSES) as pool:
        bench = Bench(arguments.uba, "", "", "", pathlib.Path(folder))
        print(section(measure(bench, pool, arguments.seeds)))


if __name__ == "__main__":
    main()

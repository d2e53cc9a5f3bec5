"""Generated worlds, beside a forest that sees each event alone."""
import functools, itertools

import kinds, tables

USERS, DAYS = 300, 120
# Alarms on a day: 50 for 1,000 users.
ALARMS = 15
# The share of attacks at which a score of the product is a probability.
PREVALENCE = 0.15


def labels(bench, seed):
    """Returns the file of a world."""
    return bench.folder / f"world-{seed}.csv.gz"


def measure(bench, pool, seeds):
    """Makes a world of each seed and returns what `uba evaluate` says of it."""
    return dict(zip(seeds, pool.map(functools.partial(one, bench), seeds)))


def one(bench, seed):
    bench.generate(f"world-{seed}", "--users", USERS, "--days", DAYS, "--life", "none", "--seed", seed)
    result = evaluate(bench, seed, None, "--reference")
    stated = bench.evaluate(labels(bench, seed), None, "--prevalence", PREVALENCE)
    return {**result, "calibration_error": stated["events"]["probability"]["ece"]}


def evaluate(bench, seed, model, *options):
    """Returns what `uba evaluate` says of a model on a world that was made."""
    return bench.evaluate(labels(bench, seed), model, "--budget", ALARMS, *options)


def of_models(bench, pool, models, seeds):
    """Returns by the name of a model what `uba evaluate` says of each world that was made."""
    cells = list(itertools.product(models, seeds))
    results = dict(zip(cells, pool.map(functools.partial(of_model, bench, models), cells)))
    return {name: [results[name, seed] for seed in seeds] for name in models}


def of_model(bench, models, cell):
    name, seed = cell
    return evaluate(bench, seed, models[name])


# The figures of a world that marks are about.
MARKED = {
    "events, PR-AUC": lambda result: result["events"]["pr_auc"],
    "forest, events, PR-AUC": lambda result: result["reference"]["events"]["pr_auc"],
    "recall of user-days at the budget": lambda result: result["user_days"]["budget"]["recall"],
    "calibration error": lambda result: result["calibration_error"],
}


def section(results):
    """Returns the tables by seed, by kind of attack and by length of history."""
    return f"""
## Generated worlds: `uba generate`

{USERS} users, {DAYS} days; everything an attacker does has harmless look-alikes. The reference is a random forest of
the event's own fields, taught by the labels of half the users and asked about the others: what a detector without a
memory can learn here. The budget is {ALARMS} alarms a day, 50 for 1,000 users; the calibration error is of
events, by 15 bins, as if {tables.percent(PREVALENCE, 0)} were attacks: what the score is said to mean. 95 % intervals by users.

{by_seed(results)}

By kind of attack, means over the seeds:

{by_kind(list(results.values()))}

By the user's active days before, all seeds together:

{by_history(list(results.values()))}
"""


def by_seed(results):
    columns = {**MARKED, "user-days, PR-AUC": lambda result: result["user_days"]["pr_auc"],
               "recall at 1 %": lambda result: result["user_days"]["recall_at_1_percent"],
               "forest, recall at 1 %": lambda result: result["reference"]["user_days"]["recall_at_1_percent"]}
    rows = [[seed, *(cell(pick(result)) for pick in columns.values())] for seed, result in results.items()]
    return tables.table(["seed", *columns], rows)


def cell(figure):
    digits = 3 if figure["value"] < 0.1 else 2
    return f"{figure['value']:.{digits}f} [{figure['low']:.{digits}f}, {figure['high']:.{digits}f}]"


def by_kind(results):
    forests = kinds.means([result["reference"] for result in results])
    rows = [[kind, of.user_days, f"{of.recall:.2f}", f"{of.roc_auc:.2f}", f"{of.event_pr_auc:.2f}",
             f"{forests[kind].event_pr_auc:.2f}"] for kind, of in kinds.means(results).items()]
    return tables.table(["kind", "attacked user-days", "recall at 1 %", "ROC-AUC", "events, PR-AUC",
                         "forest, events, PR-AUC"], rows)


def by_history(results):
    rows = []
    for of_seeds in zip(*(result["history"] for result in results)):
        benign, attacked = (sum(row[name] for row in of_seeds) for name in ("benign", "attacked"))
        total = lambda name, of: sum((row[name] or 0) * row[of] for row in of_seeds)
        first = of_seeds[0]
        name = f"{first['from']} to {first['to']}" if first["to"] is not None else f"{first['from']} or more"
        recall = f"{total('recall', 'attacked') / attacked:.2f}" if attacked else "-"
        false_alarms = total("false_positive_rate", "benign") / max(1, benign)
        rows.append([name, benign, tables.percent(false_alarms), attacked, recall])
    header = ["active days before", "benign user-days", "false alarms at 1 % over all", "attacked", "recall"]
    return tables.table(header, rows)

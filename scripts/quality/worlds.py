"""Generated worlds, beside a forest that sees each event alone."""
import functools

import kinds, tables

USERS, DAYS = 300, 120


def labels(bench, seed):
    """Returns the file of a world."""
    return bench.folder / f"world-{seed}.csv.gz"


def measure(bench, pool, seeds):
    """Makes a world of each seed and returns what `uba evaluate` says of it."""
    return dict(zip(seeds, pool.map(functools.partial(one, bench), seeds)))


def one(bench, seed):
    bench.generate(f"world-{seed}", "--users", USERS, "--days", DAYS, "--seed", seed)
    return bench.evaluate(labels(bench, seed), None, "--reference", "--budget", 6)


def section(results):
    """Returns the tables by seed, by kind of attack and by length of history."""
    return f"""
## Generated worlds: `uba generate`

{USERS} users, {DAYS} days; everything an attacker does has harmless look-alikes. The reference is a random forest of
the event's own fields, taught by the labels of half the users and asked about the others: what a detector without a
memory can learn here. 95 % intervals by users.

{by_seed(results)}

By kind of attack, means over the seeds:

{by_kind(list(results.values()))}

By the user's active days before, all seeds together:

{by_history(list(results.values()))}
"""


def by_seed(results):
    def cell(level, name):
        return f"{level[name]['value']:.2f} [{level[name]['low']:.2f}, {level[name]['high']:.2f}]"
    rows = []
    for seed, result in results.items():
        forest = result["reference"]
        rows.append([seed, cell(result["events"], "pr_auc"), cell(forest["events"], "pr_auc"),
                     cell(result["user_days"], "pr_auc"), cell(result["user_days"], "recall_at_1_percent"),
                     cell(forest["user_days"], "recall_at_1_percent")])
    return tables.table(["seed", "events, PR-AUC", "forest, events, PR-AUC", "user-days, PR-AUC", "recall at 1 %",
                         "forest, recall at 1 %"], rows)


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

"""Attacks put into the real log by the program itself."""
import functools

import kinds, tables

ATTACKS = "mass_deletion,bulk_read,sharing,burst,new_place"
CASES = 20


def measure(bench, pool, seeds):
    """Returns what `uba evaluate` says of each seed."""
    return list(pool.map(functools.partial(one, bench), seeds))


def one(bench, seed):
    labels = bench.generate(f"injected-{seed}", "--inject", bench.log, "--attacks", ATTACKS, "--cases", CASES,
                            "--seed", seed)
    return bench.evaluate(labels, None, "--active-days", 15)


def section(results, seeds):
    """Returns the table by kind of attack."""
    rows = [[kind, of.user_days, f"{of.recall:.2f}", f"{of.roc_auc:.2f}"] for kind, of in kinds.means(results).items()]
    return f"""
## Much at once, and from elsewhere: attacks put into the log by `uba generate --inject`

{CASES} of each kind as far as there are victims, seeds {tables.listed(seeds)}; at a threshold that 1 % of the benign
user-days of each log pass. A burst is many acts of the user's usual kind, which no part of the
detector looks for.

""" + tables.table(["kind", "attacked user-days", "recall at 1 %", "ROC-AUC"], rows) + "\n"

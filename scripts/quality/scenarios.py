"""How the detector does on each stream, with a threshold of the stream's own, beside simple references."""
import functools, itertools, statistics, typing

import streams, tables, userdays

REFERENCES = {
    "all": "day vectors of acts, hours, places and resources against the user's own",
    "novelty": "new resources, projects and places of one event",
    "newcount": "number of resources a day that are new to the user",
}
COLUMNS = {
    "recall at 1 %": lambda result: result["at_fpr_0.01"]["recall_user_days"],
    "recall at 0.1 %": lambda result: result["at_fpr_0.001"]["recall_user_days"],
    "precision@50": lambda result: result["precision_at_50"],
    "ROC-AUC": lambda result: result["roc_auc"],
    "ROC-AUC, same project": lambda result: result["roc_auc_same_project"],
    "ROC-AUC, cross project": lambda result: result["roc_auc_cross_project"],
}
SHIPPED, MEMORY, UNTRAINED = "Cloud UBA", "Cloud UBA, its memory alone", "Cloud UBA, untrained"


class Measured(typing.NamedTuple):
    """One stream: what uba_eval.py says of each detector, and the judged user-days of ours."""
    figures: dict
    days: dict


def models(bench):
    """Returns the model of each detector, none for the shipped one."""
    return {SHIPPED: None, MEMORY: bench.train("without-known", "--without", "known"),
            UNTRAINED: bench.train("untrained", "--untrained", "--without", "known")}


def measure(bench, pool, seeds):
    """Returns what was measured of each (scenario, seed)."""
    cells = list(itertools.product(streams.SCENARIOS, seeds))
    return dict(zip(cells, pool.map(functools.partial(one, bench, models(bench)), cells)))


def one(bench, models, cell):
    """Makes a stream and measures every detector on it."""
    folder = streams.make(bench, *cell)
    measured = Measured({}, {})
    for name, model in models.items():
        rarities = userdays.highest(bench.rarities(streams.log(folder), model))
        measured.days[name] = streams.judged(folder, rarities)
        measured.figures[name] = streams.figures(folder, written(rarities, folder / "scores.csv"))
    for mode in REFERENCES:
        streams.script("baseline", stream=streams.log(folder), out=folder / "scores.csv", mode=mode)
        measured.figures[f"reference `{mode}`"] = streams.figures(folder, folder / "scores.csv")
    return measured


def written(rarities, scores):
    """Writes user-days with their rarities as uba_eval.py reads scores, and returns the file."""
    with open(scores, "w") as target:
        target.write("user_id,day,score\n")
        target.writelines("%s,%s,%.9f\n" % (*key, rarity) for key, rarity in rarities.items())
    return scores


def recalls(measured, seeds):
    """Returns the recall at 1 % of the shipped model by scenario, one a seed."""
    return {scenario: [userdays.recall(measured[scenario, seed].days[SHIPPED]) for seed in seeds]
            for scenario in streams.SCENARIOS}


def mean(measured, scenario, seeds, column, detector=SHIPPED):
    """Returns a figure's mean over seeds."""
    return statistics.mean(COLUMNS[column](measured[scenario, seed].figures[detector]) for seed in seeds)


def section(measured, groups):
    """Returns the tables of each scenario, one for each group of seeds."""
    parts = []
    for scenario, what in streams.SCENARIOS.items():
        parts.append(f"## `{scenario}`: {what}\n")
        for name, seeds in groups.items():
            parts.append(f"{name.capitalize()} ({tables.listed(seeds)}):\n")
            parts.append(table([measured[scenario, seed].figures for seed in seeds]) + "\n")
    return "\n" + "\n".join(parts)


def table(of_seeds):
    """Returns means, with the standard deviation over seeds of the first column."""
    rows = []
    for detector in of_seeds[0]:
        columns = [[pick(figures[detector]) for figures in of_seeds] for pick in COLUMNS.values()]
        means = [f"{statistics.mean(column):.2f}" for column in columns[1:]]
        rows.append([detector, tables.spread(columns[0]), *means])
    return tables.table(["detector", *COLUMNS], rows)

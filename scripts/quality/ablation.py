"""What each part of the evidence brings: models learnt anew without it."""
import functools, itertools, statistics, typing

import scenarios, streams, tables, userdays, worlds

# Parts of the evidence that are left out together.
GROUPS = {
    "location": ["location"],
    "project": ["project"],
    "folders": ["folder", "subfolder", "item"],
    "hour": ["hour"],
    "device": ["device"],
    "volume": ["volume"],
    "rhythm": ["gap", "batch", "weekday", "action", "action_pair"],
    "network": ["network", "subnet", "address"],
    "user_agent": ["user_agent"],
    "mass": ["mass"],
    "transfer": ["transfer"],
    "failures": ["failures"],
    "known": ["known"],
}
# The sample log has neither addresses nor programs, and is not asked what they bring.
ON_STREAMS = [group for group in GROUPS if group not in ("network", "user_agent")]
# What the reference lacks.
EXTENSIONS = ["network", "user_agent", "failures", "transfer", "known"]
ON_WORLDS = ["network", "user_agent", "location", "failures", "transfer", "mass", "known"]


class Ablation(typing.NamedTuple):
    """Differences to the full model without a group: of streams' recall by (group, scenario) and of worlds' figures by
    (group, figure), each one a seed; by group those of recall by kind of attack."""
    streams: dict
    worlds: dict
    kinds: dict


def measure(bench, pool, measured, of_worlds, seeds):
    """Returns the differences on streams of some seeds and on worlds."""
    models = dict(zip(GROUPS, pool.map(functools.partial(without, bench), GROUPS)))
    return Ablation(on_streams(bench, pool, models, measured, seeds), *on_worlds(bench, pool, models, of_worlds))


def without(bench, group):
    """Returns the model without a group."""
    return bench.train(f"without-{group}", "--without", *GROUPS[group])


def on_streams(bench, pool, models, measured, seeds):
    cells = list(itertools.product(ON_STREAMS, streams.SCENARIOS, seeds))
    recalls = dict(zip(cells, pool.map(functools.partial(recall_without, bench, models), cells)))
    full = lambda scenario, seed: userdays.recall(measured[scenario, seed].days[scenarios.SHIPPED])
    return {(group, scenario): [recalls[group, scenario, seed] - full(scenario, seed) for seed in seeds]
            for group, scenario in itertools.product(ON_STREAMS, streams.SCENARIOS)}


def recall_without(bench, models, cell):
    group, scenario, seed = cell
    folder = streams.make(bench, scenario, seed)
    rarities = userdays.highest(bench.rarities(streams.log(folder), models[group]))
    return userdays.recall(streams.judged(folder, rarities))


FIGURES = {"pr_auc": "PR-AUC of user-days", "recall_at_1_percent": "recall at 1 %"}


def on_worlds(bench, pool, models, full):
    cells = list(itertools.product(ON_WORLDS, full))
    results = dict(zip(cells, pool.map(functools.partial(world_without, bench, models), cells)))
    figure = lambda result, name: result["user_days"][name]["value"]
    differences = {(group, name): [figure(results[group, seed], name) - figure(full[seed], name) for seed in full]
                   for group, name in itertools.product(ON_WORLDS, FIGURES)}
    return differences, {group: by_kind([(results[group, seed], full[seed]) for seed in full]) for group in ON_WORLDS}


def world_without(bench, models, cell):
    group, seed = cell
    return bench.evaluate(worlds.labels(bench, seed), models[group])


def by_kind(pairs):
    """Returns the mean difference of each kind's recall."""
    recalls = lambda result: {kind["kind"]: kind["recall_at_1_percent"] for kind in result["kinds"]}
    of_seeds = [{kind: recalls(reduced)[kind] - recall for kind, recall in recalls(full).items()}
                for reduced, full in pairs]
    kinds = set.intersection(*map(set, of_seeds))
    return {kind: statistics.mean(of_seed[kind] for of_seed in of_seeds) for kind in sorted(kinds)}


def section(ablation, seeds, world_seeds):
    """Returns the tables of differences."""
    rows = [[name(group), *(tables.spread(ablation.streams[group, scenario], "+") for scenario in streams.SCENARIOS)]
            for group in ON_STREAMS]
    on_streams = tables.table(["left out", *(f"`{scenario}`, recall at 1 %" for scenario in streams.SCENARIOS)], rows)
    rows = [[name(group), *(tables.spread(ablation.worlds[group, figure], "+") for figure in FIGURES),
             falls_most(ablation.kinds[group])] for group in ON_WORLDS]
    on_worlds = tables.table(["left out", *FIGURES.values(), "recall falls most of"], rows)
    return f"""
## What each part brings: the model learnt anew without it

Differences to the shipped model: below 0, the part helps. A family is taken from the forest too, a signal is not; without
`known` there is no forest. ± is one standard deviation over seeds of the difference.

The streams above, seeds {tables.listed(seeds)}:

{on_streams}

The generated worlds above, seeds {tables.listed(world_seeds)}:

{on_worlds}
"""


def name(group):
    parts = GROUPS[group]
    return group if parts == [group] else f"{group} ({tables.listed(parts)})"


def falls_most(differences):
    kind, difference = min(differences.items(), key=lambda item: item[1])
    return f"{kind} {difference:+.2f}" if difference < 0 else "none"

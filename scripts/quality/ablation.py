"""What each part of the evidence brings: models learnt anew without it."""
import functools, itertools, statistics, typing

import scenarios, streams, tables, worlds

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
# The branches of the score: is it the user, is it more than usual, does it look like an attack? Each with its signals.
BRANCHES = {"identity": ["identity"], "amounts": ["mass", "transfer", "failures"], "known": ["known"]}
# A branch alone is without all others.
ALONE = {f"{branch} alone": [signal for other, signals in BRANCHES.items() if other != branch for signal in signals]
         for branch in BRANCHES}
LEFT_OUT = GROUPS | BRANCHES | ALONE
# The sample log has neither addresses nor programs, and is not asked what they bring.
ON_STREAMS = [group for group in LEFT_OUT if group not in ("network", "user_agent")]
ON_WORLDS = ["network", "user_agent", "location", "failures", "transfer", "mass", *BRANCHES, *ALONE]
# What the reference lacks.
EXTENSIONS = ["network", "user_agent", "failures", "transfer", "known"]
# The model of which nothing is left out.
FULL = "all"
# Figures of worlds.
OF_USER_DAYS = {
    "PR-AUC of user-days": lambda result: result["user_days"]["pr_auc"],
    "recall at 1 %": lambda result: result["user_days"]["recall_at_1_percent"],
}
FIGURES = OF_USER_DAYS | {"PR-AUC of events": worlds.MARKED["events, PR-AUC"]}


class Ablation(typing.NamedTuple):
    """Figures of the full model and of those without a group, each one a seed: streams' recall by (group, scenario)
    and worlds' figures by (group, figure); by group the differences of recall by kind of attack."""
    streams: dict
    worlds: dict
    kinds: dict


def measure(bench, pool, measured, of_worlds, seeds):
    """Returns the figures on streams of some seeds and on worlds."""
    models = dict(zip(LEFT_OUT, pool.map(functools.partial(without, bench), LEFT_OUT)))
    return Ablation(on_streams(bench, pool, models, measured, seeds), *on_worlds(bench, pool, models, of_worlds))


def without(bench, group):
    """Returns the model without a group."""
    return bench.train(f"without-{group}", "--without", *LEFT_OUT[group])


def on_streams(bench, pool, models, measured, seeds):
    full = {(FULL, scenario): recalls for scenario, recalls in scenarios.recalls(measured, seeds).items()}
    return full | streams.recalls(bench, pool, {group: models[group] for group in ON_STREAMS}, seeds)


def on_worlds(bench, pool, models, full):
    reduced = worlds.of_models(bench, pool, {group: models[group] for group in ON_WORLDS}, full)
    results = {FULL: list(full.values())} | reduced
    figures = {(group, name): [pick(result)["value"] for result in results[group]]
               for group, (name, pick) in itertools.product(results, FIGURES.items())}
    return figures, {group: by_kind(list(zip(reduced[group], results[FULL]))) for group in reduced}


def by_kind(pairs):
    """Returns the mean difference of each kind's recall."""
    recalls = lambda result: {kind["kind"]: kind["recall_at_1_percent"] for kind in result["kinds"]}
    of_seeds = [{kind: recalls(reduced)[kind] - recall for kind, recall in recalls(full).items()}
                for reduced, full in pairs]
    kinds = set.intersection(*map(set, of_seeds))
    return {kind: statistics.mean(of_seed[kind] for of_seed in of_seeds) for kind in sorted(kinds)}


def differences(figures, group, figure):
    """Returns by how much a figure is higher without a group, one a seed."""
    return [reduced - full for reduced, full in zip(figures[group, figure], figures[FULL, figure], strict=True)]


def section(ablation, seeds, world_seeds):
    """Returns the tables of differences."""
    spread = lambda *of: tables.spread(differences(*of), "+")
    rows = [[name(group), *(spread(ablation.streams, group, scenario) for scenario in streams.SCENARIOS)]
            for group in ON_STREAMS if group in GROUPS]
    on_streams = tables.table(["left out", *stream_columns()], rows)
    rows = [[name(group), *(spread(ablation.worlds, group, figure) for figure in FIGURES),
             falls_most(ablation.kinds[group])] for group in ON_WORLDS if group in GROUPS]
    on_worlds = tables.table(["left out", *FIGURES, "recall falls most of"], rows)
    return f"""
## What each part brings: the model learnt anew without it

Differences to the shipped model: below 0, the part helps. A family is taken from the forest too, a signal is not;
without `known` there is no forest. ± is one standard deviation over seeds of the difference.

The streams above, seeds {tables.listed(seeds)}:

{on_streams}

The generated worlds above, seeds {tables.listed(world_seeds)}:

{on_worlds}
"""


def branches_section(ablation, seeds, world_seeds):
    """Returns the table of the branches, each left out and each alone."""
    names = {FULL: "all three: the shipped model", **{branch: f"without {name(branch)}" for branch in BRANCHES},
             **{alone: alone for alone in ALONE}}
    rows = [[title, *(tables.spread(ablation.streams[group, scenario]) for scenario in streams.SCENARIOS),
             *(tables.spread(ablation.worlds[group, figure]) for figure in FIGURES)] for group, title in names.items()]
    return f"""
## The three branches: each left out, and each alone

`identity` asks whether it is the user who acts, `amounts` whether more is touched, moved or failed at than usual,
`known`, the forest, whether it looks like an attack. Figures, not differences: a branch helps where the model is worse
without it. The forest asks what the memory says also where the other branches have no signal of their own, and the
generated worlds, of other seeds, are of the make that it was taught in: there it is at its best. Streams of seeds
{tables.listed(seeds)}, generated worlds of seeds {tables.listed(world_seeds)}.

""" + tables.table(["model", *stream_columns(), *(f"worlds, {figure}" for figure in FIGURES)], rows) + "\n"


def stream_columns():
    return [f"`{scenario}`, recall at 1 %" for scenario in streams.SCENARIOS]


def name(group):
    parts = LEFT_OUT[group]
    return group if parts == [group] else f"{group} ({tables.listed(parts)})"


def falls_most(differences):
    kind, difference = min(differences.items(), key=lambda item: item[1])
    return f"{kind} {difference:+.2f}" if difference < 0 else "none"

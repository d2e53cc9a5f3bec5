"""What was asked of the detector, what was measured, and whether it was met."""
import statistics, typing

import ablation, budget, labels, life, newcomers, scenarios, shipped, streams, tables, worlds

# Asked of the memory on streams with a threshold of their own, and at one threshold for everything.
ASKED = {"switch": {"recall at 1 %": 0.55, "precision@50": 0.90},
         "intrusion": {"recall at 1 %": 0.75, "precision@50": 0.75}}
AT_ONE_THRESHOLD = {"switch": 0.50, "intrusion": 0.75, "mass_deletion": 0.95, "sharing": 0.95}
# What the forest may take of all these: it knows other attacks instead.
FUSED_LOSS = {scenarios.MEMORY: 0.0, scenarios.SHIPPED: 0.02}
# What an extension may take of the recall of a stream.
MOST_HARM = {"failures": 0.01, "transfer": 0.01, "known": FUSED_LOSS[scenarios.SHIPPED]}
# User-days, and attacked ones, of a situation that are enough to judge it by.
LIFE_DAYS, LIFE_ATTACKED_DAYS = 50, 20
# Asked of weights that were set by hand: recall at 1 %.
UNTRAINED_ASKED = {"switch": 0.50, "intrusion": 0.72}


class Mark(typing.NamedTuple):
    """One thing asked."""
    what: str
    asked: str
    measured: str
    is_met: bool


def at_least(what, bound, measured):
    return Mark(what, f"at least {bound:.2f}", f"{measured:.3f}", measured >= bound)


def at_most(what, bound, measured):
    return Mark(what, f"at most {bound:g}", f"{measured:.2g}", measured <= bound)


def near_one(what, alarms):
    return Mark(what, "0.80 to 1.20", alarms.ratio_text(), 0.8 <= alarms.ratio <= 1.2)


def of_reference(difference):
    """Returns the mark of being equal to the readable reference."""
    return [at_most("difference from the reference, bits", 1e-6, max(difference["identity"], difference["mass"]))]


def of_shipped(recalls):
    """Returns the marks of what epochs and small profiles cost."""
    return [at_most(f"`{scenario}`: recall lost to epochs and small profiles", 0.01, shipped.cost(recalls, scenario))
            for scenario in streams.SCENARIOS]


def of_streams(measured, seeds):
    """Returns the marks of streams, each with a threshold of its own: means over seeds."""
    mark = lambda scenario, column, detector, bound: at_least(
        f"`{scenario}`: {column}, {detector}", bound, scenarios.mean(measured, scenario, seeds, column, detector))
    return [*(mark(scenario, column, detector, bound - loss) for detector, loss in FUSED_LOSS.items()
              for scenario, columns in ASKED.items() for column, bound in columns.items()),
            *(mark(scenario, "recall at 1 %", scenarios.UNTRAINED, bound)
              for scenario, bound in UNTRAINED_ASKED.items())]


def of_one_threshold(common, group):
    """Returns the marks of what is found at one threshold in a group of seeds."""
    return [at_least(f"`{attack}`: recall at one threshold for everything, {detector}", bound - loss,
                     common[group, detector].found[attack].recall)
            for detector, loss in FUSED_LOSS.items() for attack, bound in AT_ONE_THRESHOLD.items()]


def of_worlds(results):
    """Returns the marks of generated worlds: means over seeds."""
    means = {name: statistics.mean(pick(result)["value"] for result in results.values())
             for name, pick in worlds.MARKED.items()}
    ours, forest, recall, error = means.values()
    return [at_least("generated worlds: PR-AUC of events", 0.80, ours),
            at_least("generated worlds: PR-AUC of events ahead of a forest without a memory", 0.15, ours - forest),
            at_least("generated worlds: recall of user-days at 50 alarms a day for 1,000 users", 0.90, recall),
            at_most("generated worlds: calibration error of events at the stated share of attacks", 0.02, error)]


def of_life(measured):
    """Returns the marks of ordinary life: of the worst situation with enough user-days, and of the worst month."""
    enough = lambda shares, least: {kind: share.rate for kind, share in shares.items() if share.of >= least}
    following = enough({kind: of.following for kind, of in measured.alarms.items()}, LIFE_DAYS)
    first = enough({kind: of.first for kind, of in measured.alarms.items() if of.scope != "person"}, LIFE_DAYS)
    recalls = enough(measured.recalls, LIFE_ATTACKED_DAYS)
    later, sudden, hidden = max(following, key=following.get), max(first, key=first.get), min(recalls, key=recalls.get)
    months = [of.rate / life.BUDGET for of_seed in measured.months.values() for of in of_seed.values() if of.of]
    worst = max(months, key=lambda ratio: abs(ratio - 1))
    return [at_most(f"ordinary life, `{later}`: flagged after the first day over that on other days", 2,
                    following[later] / measured.ordinary.rate),
            at_most(f"ordinary life, `{sudden}`: flagged on the first day of what concerns many", 0.10, first[sudden]),
            at_least(f"ordinary life, `{hidden}`: recall in it over that on other days", 0.80,
                     recalls[hidden] / measured.ordinary_recall.rate),
            at_least("ordinary life: PR-AUC of events", 0.80, statistics.mean(measured.pr_aucs)),
            Mark("ordinary life without attacks, worst month: alarms, came of asked", "0.80 to 1.20", f"{worst:.2f}",
                 0.8 <= worst <= 1.2)]


def of_labels(measured):
    """Returns the marks of models trained on labels: means over seeds of the weeks that follow."""
    seeds = {seed for _, seed, _ in measured}
    mean = lambda make, model, pick: statistics.mean(pick(measured[make, seed, model]) for seed in seeds)
    marks = []
    for make in (labels.OFFICE, labels.GENERATED):
        shipped, trained = (mean(make, model, lambda one: one.pr_auc) for model in (labels.SHIPPED, labels.TRAINED))
        marks += [at_least(f"labels of one's own, {make}: PR-AUC of events without them", 0.85, shipped),
                  at_least(f"labels of one's own, {make}: PR-AUC of events", 0.90, trained),
                  at_least(f"labels of one's own, {make}: PR-AUC of events ahead of the shipped model", 0.05,
                           trained - shipped)]
        marks += [at_least(f"labels of one's own, {make}: recall of `{kind}` by user-week", 0.30,
                           mean(make, labels.TRAINED, lambda one: one.weeks[kind])) for kind in labels.SLOW[make]]
        marks.append(at_most(f"labels of one's own, {make}: calibration error", 0.02,
                             mean(make, labels.TRAINED, lambda one: one.error)))
    return marks


def of_newcomers(results):
    """Returns the mark of users with few events: no worse than the organisation alone, but for a hundredth."""
    what = f"users with at most {newcomers.EVENTS[newcomers.FEW]} events: PR-AUC of events below the organisation alone"
    return [at_most(what, 0.01, newcomers.cost(results))]


def of_budget(of_log, of_calm):
    """Returns the marks of alarms that came of those asked for."""
    _, by_rate = of_log
    return [near_one("sample log: one alarm in 50 user-days, came of expected", by_rate[50]),
            *(near_one(f"generated world without attacks, seed {seed}: alarms, came of asked", of_calm[seed].others)
              for seed in budget.CALM_SEEDS)]


def earns(group, gains):
    """Returns the mark of what a part of the evidence brings."""
    what = f"`{group}`: what it brings on generated worlds, {' and '.join(ablation.OF_USER_DAYS)}"
    return Mark(what, "both above 0", " and ".join(f"{gain:+.3f}" for gain in gains), min(gains) > 0)


def of_extensions(measured):
    """Returns the marks of what the reference has not: it must bring something and harm nothing."""
    mean = lambda *of: statistics.mean(ablation.differences(*of))
    brings = [earns(group, [-mean(measured.worlds, group, figure) for figure in ablation.OF_USER_DAYS])
              for group in ablation.EXTENSIONS]
    takes = lambda group, scenario: mean(measured.streams, group, scenario)
    harms = [at_most(f"`{group}`: recall of `{scenario}` that it takes", bound, takes(group, scenario))
             for group, bound in MOST_HARM.items() for scenario in streams.SCENARIOS]
    return brings + harms


def table(marks):
    """Returns the table of marks."""
    verdict = lambda mark: "met" if mark.is_met else "**missed**"
    return tables.table(["mark", "asked", "measured", ""], [[*mark[:3], verdict(mark)] for mark in marks])

"""One threshold for everything: that of the benign user-days of all streams together."""
import functools, itertools, typing

import scenarios, streams, tables, uba_eval, userdays

# Kinds of attack in which much is done at once, and what an injection is asked for.
MASS = ("mass_deletion", "sharing")
CASES = 20


class Found(typing.NamedTuple):
    """What passes a threshold: shares of attacked user-days, all and of the victim's own and another project, shares
    of cases and of benign user-days. What does not apply is none."""
    recall: float
    same: float
    cross: float
    cases: float
    false_alarms: float


def found(days, rarity):
    """Returns what of some user-days passes a threshold."""
    attacked = [day for day in days if day.is_attacked]
    projects = ([day for day in attacked if day.kind == kind] for kind in ("same_project", "cross_project"))
    same, cross = (userdays.share_above(of, rarity) if of else None for of in projects)
    cases = {day.case for day in attacked}
    seen = {day.case for day in attacked if day.rarity > rarity}
    benign = [day for day in days if not day.is_attacked]
    return Found(userdays.share_above(attacked, rarity), same, cross, len(seen) / max(1, len(cases)),
                 userdays.share_above(benign, rarity))


class Pooled(typing.NamedTuple):
    """A threshold as a rarity, and what is found at it by scenario or kind of attack."""
    threshold: float
    found: dict


def of_detector(measured, seeds, detector):
    """Returns the common threshold of all streams of some seeds, and what is found in each scenario."""
    of = {scenario: [day._replace(case=f"{seed} {day.case}") for seed in seeds
                     for day in measured[scenario, seed].days[detector]] for scenario in streams.SCENARIOS}
    threshold = userdays.threshold(list(itertools.chain(*of.values())))
    return Pooled(threshold, {scenario: found(days, threshold) for scenario, days in of.items()})


def measure(bench, pool, measured, groups):
    """Returns what is found by (group of seeds, detector), also of mass changes in the log."""
    results = {}
    for (group, seeds), (detector, model) in itertools.product(groups.items(), scenarios.models(bench).items()):
        pooled = results[group, detector] = of_detector(measured, seeds, detector)
        days = list(itertools.chain(*pool.map(functools.partial(mass_days, bench, model), seeds)))
        for kind in MASS:
            of_kind = [day for day in days if not day.is_attacked or day.kind == kind]
            pooled.found[kind] = found(of_kind, pooled.threshold)
    return results


def mass_days(bench, model, seed):
    """Returns the user-days of a log with mass changes that uba_eval.py would judge."""
    log = bench.generate(f"pooled-mass-{seed}", "--inject", bench.log, "--attacks", ",".join(MASS), "--cases", CASES,
                         "--seed", seed)
    days = userdays.labelled(bench, log, model)
    before, start = userdays.active_days_before(days), userdays.scored_from(days)
    is_judged = lambda key: key[1] >= start and before[key] >= uba_eval.WARMUP_DAYS
    return [day._replace(case=f"{seed} {day.case}") for key, day in days.items() if day.is_attacked or is_judged(key)]


def section(results):
    """Returns the table of what is found at one threshold."""
    def cells(one):
        return ["-" if share is None else f"{share:.2f}" for share in one[:-1]] + [tables.percent(one.false_alarms)]
    rows = [[group, detector, f"1 in {10 ** result.threshold:.0f}", f"`{name}`", *cells(one)]
            for (group, detector), result in results.items() for name, one in result.found.items()]
    return f"""
## One threshold for everything

The threshold that 1 % of the benign user-days of all streams together pass, both scenarios and all seeds of a group; as
what it is to a user, the rarity that the product shows. `{'`, `'.join(MASS)}`: {CASES} cases each of `uba generate
--inject`, of the same seeds. False alarms are the share of benign user-days above the threshold.

""" + tables.table(["seeds", "detector", "threshold, user-days", "attack", "recall", "same project", "cross project",
                    "cases found", "false alarms"], rows) + "\n"

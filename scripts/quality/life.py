#!/usr/bin/env python3
"""Ordinary life: who is flagged when honest people or the organisation change something?

  life.py LAB [--seeds 1 2 3] [--model FILE]

Makes worlds by `uba generate --life`, scores them by `uba score`, and counts the user-days that reach the default
threshold, by situation. Standard library only.
"""
import argparse, collections, concurrent.futures, csv, datetime, functools, itertools, pathlib, tempfile, typing

import tables, userdays
from program import Bench

PROCESSES = 2
# The rarity at which the score is 0.7: one in a hundred benign user-days reaches it.
THRESHOLD, BUDGET = 2.0, 0.01
START, SETTLED, FOLLOWING = datetime.date(2025, 1, 6), 28, 14
SETTLED_FROM = (START + datetime.timedelta(days=SETTLED)).isoformat()
# Ordinary life: a year without attacks, and months with attacks.
YEAR = {"users": 150, "days": SETTLED + 365, "life": "ordinary", "attacks": "none"}
ATTACKED = {"users": 250, "days": 150, "life": "ordinary", "situated": 0.7}
# A situation of the organisation, once: in ordinary life without attacks, and alone with attacks.
CHANGED = {"users": 60, "days": SETTLED + 90, "attacks": "none"}
HIDDEN = {"users": 60, "days": SETTLED + 90, "attack-rate": 0.4, "situated": 0.8}
ONCE = 365 / 90  # a year
# Those that the calendar brings come every year as it is.
ORGANISATION = ("new_office", "fail_over", "egress_for_all", "new_application", "reorganisation", "acquisition",
                "second_sign_in", "place_relabelled")
# An attack of this kind is on an account that is not in use, so never in a situation.
UNUSED = "dormant_revival"


class Situation(typing.NamedTuple):
    """The days (UTC) on which something is changing for a user."""
    user: str
    kind: str
    scope: str
    first: str
    last: str


class World(typing.NamedTuple):
    """What is said of each (user, day) of a world, and the situations in it."""
    days: dict
    situations: list


class Share(typing.NamedTuple):
    """How many of some user-days are flagged."""
    flagged: int = 0
    of: int = 0

    def __add__(self, other):
        return Share(self.flagged + other.flagged, self.of + other.of)

    @property
    def rate(self):
        return self.flagged / max(1, self.of)

    def text(self):
        return f"{tables.percent(self.rate, 1)} of {self.of:,}" if self.of else "-"


class Alarms(typing.NamedTuple):
    """The user-days of a kind of situation: the first of each user, the others of two weeks, the worst day for all."""
    scope: str
    situations: int
    first: Share
    following: Share
    worst: Share

    def __add__(self, other):
        worst = max(self.worst, other.worst, key=lambda share: share.rate)
        return Alarms(self.scope, self.situations + other.situations, self.first + other.first,
                      self.following + other.following, worst)


class Measured(typing.NamedTuple):
    """Alarms by kind, and on all other days; alarms by month and seed; recall by kind, and on all other days."""
    alarms: dict
    ordinary: Share
    months: dict
    recalls: dict
    ordinary_recall: Share
    pr_aucs: list


def measure(bench, pool, seeds, model=None):
    """Makes and scores the worlds of each seed."""
    changed = [{**CHANGED, "life": f"ordinary,{kind}={ONCE:.3f}"} for kind in ORGANISATION]
    hidden = [{**HIDDEN, "life": f"{kind}={ONCE:.3f}"} for kind in ORGANISATION]
    made = lambda plans: list(pool.map(functools.partial(world, bench, model), itertools.product(plans, seeds)))
    years = made([YEAR])
    alarms = alarms_by_kind([*years, *made(changed)])
    recalls, ordinary_recall = recalls_by_kind(made([ATTACKED, *hidden]))
    pr_aucs = list(pool.map(functools.partial(pr_auc, bench, model), seeds))
    months = {seed: alarms_by_month(year) for seed, year in zip(seeds, years)}
    return Measured(alarms, ordinary(years), months, recalls, ordinary_recall, pr_aucs)


def world(bench, model, cell):
    options, seed = cell
    name = f"life-{options['life'].replace('=', '-')}-{options.get('attacks', 'all')}-{seed}"
    flags = [part for option, value in options.items() for part in (f"--{option}", value)]
    listed = bench.folder / f"{name}.situations.csv"
    log = bench.generate(name, *flags, "--start", START, "--seed", seed, "--situations", listed)
    with open(listed, newline="") as source:
        situations = [Situation(*row) for row in itertools.islice(csv.reader(source), 1, None)]
    return World(userdays.labelled(bench, log, model), situations)


def pr_auc(bench, model, seed):
    """Returns the PR-AUC of the events of the world with attacks."""
    log = bench.folder / f"life-{ATTACKED['life']}-all-{seed}.csv.gz"
    return bench.evaluate(log, model)["events"]["pr_auc"]["value"]


def share(days):
    """Returns how many of the user-days without an attack are flagged."""
    benign = [day for day in days if not day.is_attacked]
    return Share(sum(day.rarity >= THRESHOLD for day in benign), len(benign))


def calendar(first, last):
    """Returns the days from the first to the last."""
    first, last = map(datetime.date.fromisoformat, (first, last))
    return [(first + datetime.timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]


def active(world, situation):
    """Returns the (user, day)s with events in a situation's first two weeks, once people have settled."""
    keys = [(situation.user, day) for day in calendar(situation.first, situation.last)[:FOLLOWING]]
    return [key for key in keys if key in world.days and key[1] >= SETTLED_FROM]


def alarms_by_kind(worlds):
    """Returns the alarms by kind of situation; user-days in two situations count for both."""
    found = {}
    for world in worlds:
        by_kind = collections.defaultdict(list)
        for situation in world.situations:
            by_kind[situation.kind].append(situation)
        for kind, situations in by_kind.items():
            of_world = alarms_of(world, situations)
            found[kind] = found[kind] + of_world if kind in found else of_world
    return found


def alarms_of(world, situations):
    keys = [of for situation in situations if (of := active(world, situation))]
    first = {of[0] for of in keys}
    following = {key for of in keys for key in of[1:]} - first
    by_day = collections.defaultdict(set)
    for user, day in first | following:
        by_day[day].add((user, day))
    shares = [share(world.days[key] for key in of) for of in by_day.values() if len(of) >= 10]
    worst = max(shares, key=lambda one: one.rate, default=Share())
    return Alarms(situations[0].scope, len(situations), share(world.days[key] for key in first),
                  share(world.days[key] for key in following), worst)


def ordinary(worlds):
    """Returns the alarms on days of no situation, once people have settled."""
    total = Share()
    for world in worlds:
        in_situations = situated(world)
        total += share(day for key, day in world.days.items() if key[1] >= SETTLED_FROM and key not in in_situations)
    return total


def situated(world):
    """Returns the (user, day)s of all situations."""
    return {key for situation in world.situations for key in active(world, situation)}


def alarms_by_month(world):
    """Returns the alarms of each whole month, situations and all."""
    by_month = collections.defaultdict(list)
    for (_, day), of_day in world.days.items():
        if day >= SETTLED_FROM:
            by_month[day[:7]].append(of_day)
    return {month: share(days) for month, days in sorted(by_month.items())}


def recalls_by_kind(worlds):
    """Returns how many attacked user-days are flagged, by kind of situation and in no situation."""
    by_kind, ordinary = collections.defaultdict(Share), Share()
    for world in worlds:
        kinds = collections.defaultdict(set)
        for situation in world.situations:
            for key in active(world, situation):
                kinds[key].add(situation.kind)
        for key, day in world.days.items():
            if day.is_attacked and day.kind != UNUSED:
                found = Share(int(day.rarity >= THRESHOLD), 1)
                for kind in kinds.get(key, ()):
                    by_kind[kind] += found
                ordinary += Share() if key in kinds else found
    return dict(by_kind), ordinary


def section(measured):
    """Returns the tables by situation and by month."""
    return f"""
## Ordinary life

Generated worlds in which honest people and the organisation change something, at the rates of [SCIENCE.md](SCIENCE.md).
Flagged is what reaches the default threshold of 0.7, which {tables.percent(BUDGET, 0)} of user-days are to reach.
Alarms are those of a year of {YEAR['users']} users without attacks and, for what concerns the organisation, of worlds
of {CHANGED['users']} users and 90 days in which it happens once more. The first day is each user's first active one of
the situation; those that follow are the others of its first {FOLLOWING} days. The worst day is that on which the
largest share of the people concerned are flagged, of at least ten. On days of no situation
{measured.ordinary.text()} are flagged.

Recall is that of attacked user-days at the same threshold, in worlds of {ATTACKED['users']} users with ordinary life
and in worlds of {HIDDEN['users']} users in which one situation of the organisation is all that happens; attacks on
unused accounts are left out. On days of no situation it is {measured.ordinary_recall.text()}. PR-AUC of the events of
the worlds with ordinary life: {tables.spread(measured.pr_aucs)}.

{by_situation(measured)}

Alarms of a month over the budget of {tables.percent(BUDGET, 0)} of user-days, in the year without attacks:

{by_month(measured.months)}
"""


def by_situation(measured):
    rows = []
    for kind, of in sorted(measured.alarms.items(), key=lambda item: (item[1].scope != "person", item[0])):
        worst = of.worst.text() if of.scope != "person" else ""
        recall = measured.recalls.get(kind, Share()).text()
        rows.append([f"`{kind}`", of.situations, of.first.text(), of.following.text(), worst, recall])
    header = ["situation", "user-situations", "first day", "days that follow", "worst day", "recall in it"]
    return tables.table(header, rows)


def by_month(months):
    names = sorted({month for of_seed in months.values() for month in of_seed})
    cell = lambda found: f"{found.rate / BUDGET:.2f}" if found.of else "-"
    rows = [[month, *(cell(of_seed.get(month, Share())) for of_seed in months.values())] for month in names]
    return tables.table(["month", *(f"seed {seed}" for seed in months)], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("uba", metavar="LAB")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--model")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ProcessPoolExecutor(PROCESSES) as pool:
        bench = Bench(arguments.uba, "", "", "", pathlib.Path(folder))
        print(section(measure(bench, pool, arguments.seeds, arguments.model)))


if __name__ == "__main__":
    main()

"""Are there as many alarms as were asked for?"""
import collections, functools, statistics, typing

import tables, userdays

RATES = (20, 50, 100, 1000)
USERS, DAYS, ALARMS_A_DAY, WINDOW = 1000, 90, 20, 30
CALM_SEEDS, ATTACKED_SEEDS = (3, 4), (1, 2)


class Alarms(typing.NamedTuple):
    """How many alarms came of how many that were asked for, and where 95 of 100 draws of users have them."""
    asked: float
    came: int
    low: float
    high: float

    @property
    def ratio(self):
        return self.came / self.asked

    def ratio_text(self):
        return f"{self.ratio:.2f} [{self.low / self.asked:.2f}, {self.high / self.asked:.2f}]"


def alarms(asked, users, alarmed):
    """Returns the alarms, given all users and those of each alarm."""
    counts = collections.Counter(alarmed)
    return Alarms(asked, len(alarmed), *userdays.interval([counts[user] for user in sorted(users)]))


def of_log(rarities):
    """Returns the number of user-days of a log's last 40 %, and by rate the alarms among them."""
    start = userdays.scored_from(rarities)
    late = {key: 10 ** -rarity for key, rarity in rarities.items() if key[1] >= start}
    users = {user for user, _ in late}
    reaching = lambda rate: [user for (user, _), p in late.items() if p <= 1 / rate]
    return len(late), {rate: alarms(len(late) / rate, users, reaching(rate)) for rate in RATES}


class OfWorld(typing.NamedTuple):
    """The alarms of a world's last days: on days without an attack, on attacked ones, and the number of these."""
    others: Alarms
    attacked: Alarms
    attacked_days: int


def measure(bench, pool):
    """Returns by seed the alarms in worlds without attacks and with them."""
    cells = [(seed, ["--attacks", "none"]) for seed in CALM_SEEDS] + [(seed, []) for seed in ATTACKED_SEEDS]
    return dict(zip(CALM_SEEDS + ATTACKED_SEEDS, pool.map(functools.partial(of_world, bench), cells)))


def of_world(bench, cell):
    seed, options = cell
    log = bench.generate(f"budget-{seed}", "--users", USERS, "--days", DAYS, "--life", "none", "--seed", seed,
                         *options)
    days = userdays.labelled(bench, log)
    thresholds = thresholds_of(days)
    late = {key: day for key, day in days.items() if key[1] in thresholds}
    users = {user for user, _ in late}
    raised = [(key[0], day) for key, day in late.items() if 10 ** -day.rarity <= thresholds[key[1]]]
    others, attacked = ([user for user, day in raised if day.is_attacked == wanted] for wanted in (False, True))
    asked = ALARMS_A_DAY * WINDOW
    attacked_days = sum(day.is_attacked for day in late.values())
    return OfWorld(alarms(asked, users, others), alarms(asked, users, attacked), attacked_days)


def thresholds_of(keys):
    """Returns for each of the last days the share of user-days that may alarm, by the number of user-days before."""
    user_days = collections.Counter(day for _, day in keys)
    days = sorted(user_days)
    return {day: ALARMS_A_DAY / statistics.mean(user_days[before] for before in days[at - WINDOW:at])
            for at, day in enumerate(days) if at >= len(days) - WINDOW}


def section(of_log, of_worlds):
    """Returns the tables of alarms in the sample log and in worlds."""
    user_days, by_rate = of_log
    rows = [[f"one user-day in {rate:,}", f"{of.asked:.0f}", of.came, of.ratio_text()] for rate, of in by_rate.items()]
    log = tables.table(["asked for", "expected", "came", "came of expected"], rows)
    rows = [[seed, a_day(of.others), of.others.ratio_text()] for seed, of in of_worlds.items() if seed in CALM_SEEDS]
    calm = tables.table(["seed", "alarms a day", "came of asked"], rows)
    rows = [[seed, a_day(of.others), a_day(of.attacked), a_day(of.others, of.attacked),
             f"{of.attacked.came} of {of.attacked_days}"] for seed, of in of_worlds.items() if seed in ATTACKED_SEEDS]
    attacked = tables.table(["seed", "of others a day", "of attacked user-days a day", "together a day",
                             "attacked user-days alarmed"], rows)
    return f"""
## Budget: are there as many alarms as were asked for?

What is rare is told by the organisation's user-days before each event. [ ] is where the figure lies in 95 of 100 draws
of users.

The sample log as it is, all taken as benign; the {user_days:,} user-days of its last 40 %, users known for less than 15
days included:

{log}

Generated worlds with {USERS:,} users and {DAYS} days, {ALARMS_A_DAY} alarms a day asked for; alarms are user-days
that reach {ALARMS_A_DAY} / (user-days a day, mean of the {WINDOW} days before), in the last {WINDOW} days. Without
attacks:

{calm}

With attacks:

{attacked}
"""


def a_day(*alarms):
    return f"{sum(one.came for one in alarms) / WINDOW:.1f}"

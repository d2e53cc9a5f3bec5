"""User-days: what is said of each, how long its user had been known, and how many pass a threshold."""
import collections, csv, gzip, random, typing

import uba_eval

DRAWS, SEED = 1000, 20


class UserDay(typing.NamedTuple):
    """What a user did on a day: its highest rarity, and if it was attacked how and in which case."""
    rarity: float
    is_attacked: bool
    kind: str = ""
    case: str = ""


def highest(events):
    """Returns the highest rarity of each (user, day)."""
    rarities = {}
    for user, day, rarity in events:
        key = user, day
        rarities[key] = max(rarities.get(key, rarity), rarity)
    return rarities


def labelled(bench, log, model=None):
    """Returns the user-days of a log with labels, by (user, day)."""
    rarities, attacks = {}, {}
    with gzip.open(log, "rt", newline="") as source:
        rows = csv.reader(source)
        header = next(rows)
        label, kind, case = map(header.index, ("is_anomaly", "anomaly_type", "case"))
        for (user, day, rarity), row in zip(bench.rarities(log, model), rows, strict=True):
            key = user, day
            rarities[key] = max(rarities.get(key, rarity), rarity)
            if row[label] == "1":
                attacks[key] = row[kind], row[case]
    return {key: UserDay(rarity, key in attacks, *attacks.get(key, ())) for key, rarity in rarities.items()}


def active_days_before(keys):
    """Returns for each (user, day) on how many days before the user was active."""
    active, before = collections.Counter(), {}
    for user, day in sorted(keys, key=lambda key: key[1]):
        before[user, day] = active[user]
        active[user] += 1
    return before


def scored_from(keys):
    """Returns the day with which the last 40 % of the user-days begin, on which nothing was learnt."""
    days = sorted(day for _, day in keys)
    return days[int(len(days) * uba_eval.EVAL_FRACTION)]


def threshold(days, share=0.01):
    """Returns the rarity that a share of the benign user-days passes."""
    return uba_eval.at_fpr([(day.rarity, day.is_attacked) for day in days], share)


def share_above(days, rarity):
    """Returns the share of user-days that pass a rarity."""
    return sum(day.rarity > rarity for day in days) / max(1, len(days))


def recall(days):
    """Returns the share of attacked user-days that pass what 1 % of benign ones pass."""
    return share_above([day for day in days if day.is_attacked], threshold(days))


def interval(counts):
    """Returns where the sum lies in 95 of 100 draws of the users whose counts these are."""
    rng = random.Random(SEED)
    sums = sorted(sum(rng.choices(counts, k=len(counts))) for _ in range(DRAWS))
    return sums[DRAWS // 40], sums[-DRAWS // 40]

"""Is no history suspicious by itself?"""
import tables, uba_eval, userdays

# Active days before, from and to below.
LENGTHS = ((0, 8), (8, 15), (15, 30), (30, 100), (100, None))


def measure(rarities):
    """Returns by length of history the number of user-days in the last 40 % of a benign log, and the share above the
    threshold that 1 % of those of known users pass."""
    before, start = userdays.active_days_before(rarities), userdays.scored_from(rarities)
    late = [(before[key], userdays.UserDay(rarity, False)) for key, rarity in rarities.items() if key[1] >= start]
    threshold = userdays.threshold([day for length, day in late if length >= uba_eval.WARMUP_DAYS])
    of = {(least, end): [day for length, day in late if length >= least and (end is None or length < end)]
          for least, end in LENGTHS}
    return {length: (len(days), userdays.share_above(days, threshold)) for length, days in of.items()}


def section(measured):
    """Returns the table by length of history."""
    rows = [[f"{least} to {end - 1}" if end else f"{least} or more", user_days, tables.percent(share)]
            for (least, end), (user_days, share) in measured.items()]
    return f"""
## Cold start: users who were not known for long

The sample log as it is; user-days of its last 40 % above the threshold that 1 % of those of users with
{uba_eval.WARMUP_DAYS} active days before pass.

""" + tables.table(["active days before", "user-days", "above the threshold"], rows) + "\n"

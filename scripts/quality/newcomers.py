"""Users of whom hardly anything is known: are they judged no worse than by what everybody does?"""
import collections, csv, functools, gzip, itertools, statistics, tempfile

import tables, userdays, worlds

KNOWN, FEW, NONE = "as many as there are", "3 at most", "1, the organisation alone"
# With so many events somebody is somebody else.
EVENTS = {FEW: 3, NONE: 1}
PR_AUC = worlds.MARKED["events, PR-AUC"]


def measure(bench, pool, of_worlds):
    """Returns by number of events what `uba evaluate` says of each world."""
    cells = list(itertools.product(EVENTS, of_worlds))
    results = dict(zip(cells, pool.map(functools.partial(one, bench), cells)))
    return {KNOWN: list(of_worlds.values()), **{name: [results[name, seed] for seed in of_worlds] for name in EVENTS}}


def one(bench, cell):
    """Scores a world in which nobody is known, and evaluates that as if everybody were who they are."""
    name, seed = cell
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        renamed, scores = f"{folder}/renamed.csv", f"{folder}/scores.csv"
        rename(worlds.labels(bench, seed), renamed, EVENTS[name])
        bench.score(renamed, scores)
        return worlds.evaluate(bench, seed, None, "--scores", scores)


def rename(log, out, events):
    """Gives every user of the judged days a new name on each day, and on it after each so many of their events.

    As nobody comes on a second day, no user-day ends: what the organisation takes to be usual remains as it was.
    """
    since, seen = first_judged(log), collections.Counter()
    with gzip.open(log, "rt", newline="") as source, open(out, "w", newline="") as target:
        rows, written = csv.reader(source), csv.writer(target)
        header = next(rows)
        written.writerow(header)
        user, time = map(header.index, ("user_id", "timestamp"))
        for row in rows:
            day = row[time][:10]
            if day >= since:
                key = row[user], day
                row[user] += f"~{day}~{seen[key] // events + 1}"
                seen[key] += 1
            written.writerow(row)


def first_judged(log):
    """Returns the first day of which `uba evaluate` judges anything: attacks always, all else in the last 40 %."""
    with gzip.open(log, "rt", newline="") as source:
        keys = {(row["user_id"], row["timestamp"][:10], row["is_anomaly"]) for row in csv.DictReader(source)}
    attacked = [day for _, day, label in keys if label == "1"]
    return min(userdays.scored_from({(user, day) for user, day, _ in keys}), *attacked)


def cost(results):
    """Returns by how much the mean PR-AUC of users with few events is below that of the organisation alone."""
    mean = lambda name: statistics.mean(PR_AUC(result)["value"] for result in results[name])
    return mean(NONE) - mean(FEW)


def section(results, seeds):
    """Returns the table by seed."""
    rows = [[seed, *(worlds.cell(PR_AUC(of_seed)) for of_seed in of_seeds)]
            for seed, *of_seeds in zip(seeds, *results.values())]
    return f"""
## Users with at most {EVENTS[FEW]} events, beside the organisation alone

The generated worlds above, scored once more after every user of the judged days was given a new name each day and on
it after each {EVENTS[FEW]} events, and again after each single one: then nobody is known, only what everybody does and
what people of the department do. (New names each day, since one that came back would teach the organisation that days
of nobodies are usual.) The same events are judged: their PR-AUC, with 95 % intervals by who the users really are. With
few events a user is to be judged no worse than by the organisation alone, where 0.01 less is taken as no worse; what
both lack to the first column is what knowing people brings.

""" + tables.table(["seed", *(f"events of a user: {name}" for name in results)], rows) + "\n"

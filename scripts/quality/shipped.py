"""What it costs that the shipped detector learns in epochs and forgets what does not fit into a profile."""
import csv, functools, gzip, itertools, statistics, subprocess

import prototype, streams, tables, userdays

MODES = ("exact", "shipped")


def measure(bench, pool, seeds):
    """Returns the recall by (scenario, mode), one a seed."""
    cells = list(itertools.product(streams.SCENARIOS, MODES, seeds))
    recalls = dict(zip(cells, pool.map(functools.partial(recall, bench), cells)))
    return {(scenario, mode): [recalls[scenario, mode, seed] for seed in seeds]
            for scenario, mode in itertools.product(streams.SCENARIOS, MODES)}


def recall(bench, cell):
    scenario, mode, seed = cell
    folder = streams.make(bench, scenario, seed)
    return userdays.recall(streams.judged(folder, userdays.highest(events(bench, streams.log(folder), mode))))


def events(bench, stream, mode):
    """Yields the user, day and rarity of each event."""
    with gzip.open(stream) as log:
        command = [bench.evidence, prototype.MODEL, mode]
        printed = subprocess.run(command, input=log.read(), check=True, capture_output=True).stdout.decode()
    with gzip.open(stream, "rt", newline="") as log:
        for row, line in zip(csv.DictReader(log), printed.splitlines(), strict=True):
            yield row["user_id"], row["timestamp"][:10], float(line.split(",")[2])


def cost(recalls, scenario):
    """Returns how much of the recall is lost."""
    return statistics.mean(recalls[scenario, "exact"]) - statistics.mean(recalls[scenario, "shipped"])


def section(recalls, seeds):
    """Returns the table of both."""
    of_modes = lambda scenario: [tables.spread(recalls[scenario, mode]) for mode in MODES]
    rows = [[f"`{scenario}`", *of_modes(scenario), f"{cost(recalls, scenario):+.3f}"] for scenario in streams.SCENARIOS]
    return f"""
## What epochs and small profiles cost

`exact` learns after each event and forgets nothing; `shipped` is the product, by the same model. Seeds
{tables.listed(seeds)}.

""" + tables.table(["stream", "exact, recall at 1 %", "shipped, recall at 1 %", "cost"], rows) + "\n"

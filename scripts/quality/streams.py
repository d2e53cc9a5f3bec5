"""Streams of uba_eval.py: the real log with days of other people in it."""
import csv, functools, itertools, json, pathlib, sys

import program, userdays
from userdays import UserDay

SCENARIOS = {
    "switch": "two people's accounts are exchanged from one day on: each does the other's work",
    "intrusion": "one or two days of another person's work are added to a user's own",
}
SCRIPT = pathlib.Path(__file__).parent / "uba_eval.py"


def script(command, **options):
    """Runs a command of uba_eval.py and returns what it prints."""
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return program.run(sys.executable, SCRIPT, command, *flags)


def make(bench, scenario, seed):
    """Makes a stream and returns its folder; one that is there is taken."""
    folder = bench.folder / f"{scenario}-{seed}"
    if not folder.exists():
        script("make", events=bench.log, scenario=scenario, seed=seed, out=folder)
    return folder


def log(folder):
    """Returns the events of a stream."""
    return folder / "stream.csv.gz"


def judged(folder, rarities):
    """Returns the user-days that uba_eval.py judges, given the highest rarity of each (user, day)."""
    with open(folder / "truth_days.csv", newline="") as truth:
        return [UserDay(rarities[row["user_id"], row["day"]], row["label"] == "1", row["kind"], row["case"])
                for row in csv.DictReader(truth) if row["label"] != "-1"]


def recalls(bench, pool, models, seeds):
    """Returns the recall at 1 % of models, given by name, by (name, scenario), one a seed."""
    cells = list(itertools.product(models, SCENARIOS, seeds))
    found = dict(zip(cells, pool.map(functools.partial(recall, bench, models), cells)))
    return {(name, scenario): [found[name, scenario, seed] for seed in seeds]
            for name, scenario in itertools.product(models, SCENARIOS)}


def recall(bench, models, cell):
    name, scenario, seed = cell
    folder = make(bench, scenario, seed)
    return userdays.recall(judged(folder, userdays.highest(bench.rarities(log(folder), models[name]))))


def figures(folder, scores):
    """Returns what uba_eval.py says of a file of scores."""
    return json.loads(script("score", truth=folder, scores=scores))

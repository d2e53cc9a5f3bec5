#!/usr/bin/env python3
"""Measures the detector on injected attacks and writes docs/QUALITY.md.

  report.py UBA LOG REPORT [--seeds 1 2 3]

UBA is the program, LOG the benign log (CSV), REPORT the file to write. For each scenario and seed a
stream is made by uba_eval.py, scored by `uba score`, and measured by uba_eval.py beside its own
reference detectors. Standard library only.
"""
import argparse, csv, datetime, json, math, os, pathlib, platform, statistics, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).parent
SCENARIOS = {
    "switch": "two people's accounts are exchanged from one day on: each does the other's work",
    "intrusion": "one or two days of another person's work are added to a user's own",
}
REFERENCES = {
    "all": "day vectors of acts, hours, places and resources against the user's own",
    "novelty": "new resources, projects and places of one event",
    "newcount": "number of resources a day that are new to the user",
}
COLUMNS = ["recall at 1 %", "recall at 0.1 %", "precision@50", "ROC-AUC", "same project", "cross project"]


def evaluate(*arguments):
    """Runs a command of uba_eval.py and returns what it prints."""
    command = [sys.executable, HERE / "uba_eval.py", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def score_by_uba(uba, stream, out):
    """Scores a stream and writes event_id,score: the rarity of each moment, which orders as the score does."""
    rows = out.with_suffix(".rows.csv")
    subprocess.run([uba, "score", "--input", stream, "--output", rows], check=True, capture_output=True)
    with open(rows, newline="") as source, open(out, "w") as target:
        target.write("event_id,score\n")
        for row in csv.DictReader(source):
            target.write("%s,%.9f\n" % (row["event_id"], -math.log10(float(row["p_value"]))))


def figures(truth, scores):
    result = json.loads(evaluate("score", "--truth", truth, "--scores", scores))
    return [result["at_fpr_0.01"]["recall_user_days"], result["at_fpr_0.001"]["recall_user_days"],
            result["precision_at_50"], result["roc_auc"],
            result["roc_auc_same_project"], result["roc_auc_cross_project"]]


def measure(uba, log, scenario, seed, folder):
    """Returns the figures of the detector and of each reference on one stream."""
    truth, scores = folder / f"{scenario}-{seed}", folder / "scores.csv"
    evaluate("make", "--events", log, "--scenario", scenario, "--seed", seed, "--out", truth)
    stream = truth / "stream.csv.gz"
    score_by_uba(uba, stream, scores)
    measured = {"Cloud UBA": figures(truth, scores)}
    for mode in REFERENCES:
        evaluate("baseline", "--stream", stream, "--out", scores, "--mode", mode)
        measured[f"reference `{mode}`"] = figures(truth, scores)
    return measured


def table(of_seeds):
    """Returns a table of means, with the standard deviation over seeds of the first column."""
    lines = ["| detector | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for detector in of_seeds[0]:
        columns = list(zip(*(measured[detector] for measured in of_seeds)))
        means = ["%.2f" % statistics.mean(column) for column in columns]
        if len(of_seeds) > 1:
            means[0] += " ± %.2f" % statistics.stdev(columns[0])
        lines.append(f"| {detector} | " + " | ".join(means) + " |")
    return "\n".join(lines)


def machine():
    names = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")] \
        if os.path.exists("/proc/cpuinfo") else [platform.processor() or "unknown processor"]
    return f"{names[0]}, {os.cpu_count()} cores, {platform.system()}"


def report(sections, seeds):
    return f"""# How good the detector is

Written by `make quality` on {datetime.date.today()}, seeds {", ".join(map(str, seeds))}, on {machine()}.

The log is the sample log ({{}}): real activity of 581 people, taken to be benign. Attacks are made of real days of
other people, so nothing about an attack is invented but whose name it runs under. Every event is scored before it
is learnt from; a user-day's score is that of its rarest event. The model is the shipped one: weights set by hand,
tails from the log's first 60 % of user-days; scoring starts after them.

- **recall at 1 %**: the share of attacked user-days among those above the threshold that 1 % of benign user-days
  pass. To an analyst: with one false alarm in a hundred user-days, so many of the attacked days are seen.
- **recall at 0.1 %**: the same with one false alarm in a thousand user-days.
- **precision@50**: of the fifty user-days at the top of the list, so many were attacked.
- **ROC-AUC**, also for attackers of the victim's own project and of another: the chance that an attacked user-day
  ranks above a benign one.

Means over seeds; ± is one standard deviation. All seeds share the same benign days, so it understates the doubt.
References are simple detectors of the evaluation script: {"; ".join(f"`{name}`, {what}" for name, what in REFERENCES.items())}.
""".replace("{}", "`server/assets/sample/activity.csv.gz`") + "".join(sections)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("uba")
    parser.add_argument("log")
    parser.add_argument("report")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    arguments = parser.parse_args()
    sections = []
    with tempfile.TemporaryDirectory() as folder:
        for scenario, what in SCENARIOS.items():
            of_seeds = []
            for seed in arguments.seeds:
                of_seeds.append(measure(arguments.uba, arguments.log, scenario, seed, pathlib.Path(folder)))
                print(scenario, seed, of_seeds[-1]["Cloud UBA"], flush=True)
            sections.append(f"\n## `{scenario}`: {what}\n\n{table(of_seeds)}\n")
    pathlib.Path(arguments.report).write_text(report(sections, arguments.seeds))


if __name__ == "__main__":
    main()

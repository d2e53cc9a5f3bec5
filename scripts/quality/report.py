#!/usr/bin/env python3
"""Measures the detector on attacks and writes docs/QUALITY.md.

  report.py UBA EVIDENCE LOG REPORT [--seeds 1 2 3]

UBA is the program, EVIDENCE the example of that name in `shared`, LOG the benign log (CSV), REPORT the file to write.
Streams are made by uba_eval.py and by `uba generate`, scored by `uba score`, and measured by uba_eval.py beside its
own reference detectors and by `uba evaluate`. Standard library only.
"""
import argparse, collections, concurrent.futures, csv, datetime, json, math, os, pathlib, platform, statistics
import subprocess, sys, tempfile, time

import prototype

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
# Which seeds nothing was tuned on.
FRESH = range(11, 17)
WORLD = ["--users", "300", "--days", "120"]
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


def measure(uba, log, scenario, seed):
    """Returns the figures of the detector and of each reference on one stream."""
    with tempfile.TemporaryDirectory() as folder:
        truth, scores = pathlib.Path(folder), pathlib.Path(folder) / "scores.csv"
        evaluate("make", "--events", log, "--scenario", scenario, "--seed", seed, "--out", truth)
        score_by_uba(uba, truth / "stream.csv.gz", scores)
        measured = {"Cloud UBA": figures(truth, scores)}
        for mode in REFERENCES:
            evaluate("baseline", "--stream", truth / "stream.csv.gz", "--out", scores, "--mode", mode)
            measured[f"reference `{mode}`"] = figures(truth, scores)
    print(scenario, seed, measured["Cloud UBA"], flush=True)
    return measured


def scenario_section(uba, log, scenario, what, seeds):
    """Returns the tables of one scenario: of the seeds that choices were made on, and of the others."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        measured = dict(zip(seeds, pool.map(lambda seed: measure(uba, log, scenario, seed), seeds)))
    lines = [f"\n## `{scenario}`: {what}\n"]
    for name, chosen in (("seeds that choices were made on", [seed for seed in seeds if seed not in FRESH]),
                         ("fresh seeds", [seed for seed in seeds if seed in FRESH])):
        if chosen:
            lines.append(f"{name.capitalize()} ({', '.join(map(str, chosen))}):\n")
            lines.append(table([measured[seed] for seed in chosen]) + "\n")
    return "\n".join(lines)


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


def judged(uba, labels, *options):
    """Returns what `uba evaluate` says of a labelled log."""
    command = [uba, "evaluate", "--labels", labels, "--json", *options]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def of_kinds(results, pick=lambda result: result):
    """Returns for each kind of attack its user-days, and means over results of recall and ROC-AUC."""
    kinds = collections.defaultdict(list)
    for result in results:
        for kind in pick(result)["kinds"]:
            kinds[kind["kind"]].append(kind)
    def mean(found, name):
        known = [kind[name] for kind in found if kind[name] is not None]
        return statistics.mean(known) if known else math.nan
    return {kind: (sum(one["user_days"] for one in found), mean(found, "recall_at_1_percent"), mean(found, "roc_auc"),
                   mean(found, "event_pr_auc")) for kind, found in sorted(kinds.items())}


def mass_section(uba, log, seeds):
    """Returns the table of mass changes put into the log."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            labels = f"{folder}/mass-{seed}.csv.gz"
            subprocess.run([uba, "generate", "--inject", log, "--attacks", "mass_deletion,bulk_read,sharing,burst,new_place",
                            "--cases", "20", "--seed", str(seed), "--out", labels], check=True, capture_output=True)
            results.append(judged(uba, labels, "--active-days", "15"))
            print("mass", seed, flush=True)
    lines = [f"| {kind} | {days} | {recall:.2f} | {auc:.2f} |" for kind, (days, recall, auc, _) in of_kinds(results).items()]
    return "\n".join(["\n## Much at once, and from elsewhere: attacks put into the log by `uba generate --inject`\n",
                      f"Twenty of each kind, seeds {', '.join(map(str, seeds))}; 15 to 120 acts a day. A burst repeats the "
                      "user's own acts, which no part of the detector looks for yet.\n",
                      "| kind | attacked user-days | recall at 1 % | ROC-AUC |", "|---|---|---|---|", *lines]) + "\n"


def world_section(uba, seeds):
    """Returns the tables of generated worlds, beside a forest that sees each event alone."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            labels = f"{folder}/world-{seed}.csv.gz"
            subprocess.run([uba, "generate", *WORLD, "--seed", str(seed), "--out", labels], check=True)
            results.append(judged(uba, labels, "--reference", "--budget", "6"))
            print("world", seed, flush=True)
    def cell(level, name):
        return f"{level[name]['value']:.2f} [{level[name]['low']:.2f}, {level[name]['high']:.2f}]"
    lines = ["\n## Generated worlds: `uba generate`\n",
             "300 users, 120 days; everything an attacker does has harmless look-alikes. The reference is a random forest of "
             "the event's own fields, taught by the labels of half the users and asked about the others: what a detector "
             "without a memory can learn here. 95 % intervals by users.\n",
             "| seed | events, PR-AUC | forest, events, PR-AUC | user-days, PR-AUC | recall at 1 % | forest, recall at 1 % |",
             "|---" * 6 + "|"]
    for seed, result in zip(seeds, results):
        forest = result["reference"]
        lines.append(f"| {seed} | {cell(result['events'], 'pr_auc')} | {cell(forest['events'], 'pr_auc')} | "
                     f"{cell(result['user_days'], 'pr_auc')} | {cell(result['user_days'], 'recall_at_1_percent')} | "
                     f"{cell(forest['user_days'], 'recall_at_1_percent')} |")
    ours, forests = of_kinds(results), of_kinds(results, lambda result: result["reference"])
    lines += ["", "By kind of attack, means over the seeds:\n",
              "| kind | attacked user-days | recall at 1 % | ROC-AUC | events, PR-AUC | forest, events, PR-AUC |", "|---" * 6 + "|"]
    lines += [f"| {kind} | {days} | {recall:.2f} | {auc:.2f} | {ap:.2f} | {forests[kind][3]:.2f} |"
              for kind, (days, recall, auc, ap) in ours.items()]
    lines += ["", "By the user's active days before, all seeds together:\n",
              "| active days before | benign user-days | false alarms at 1 % over all | attacked | recall |", "|---" * 5 + "|"]
    for rows in zip(*(result["history"] for result in results)):
        benign, attacked = sum(row["benign"] for row in rows), sum(row["attacked"] for row in rows)
        share = lambda name, of: sum((row[name] or 0) * row[of] for row in rows) / max(1, sum(row[of] for row in rows))
        name = f"{rows[0]['from']} to {rows[0]['to']}" if rows[0]["to"] is not None else f"{rows[0]['from']} or more"
        recall = f"{share('recall', 'attacked'):.2f}" if attacked else "-"
        lines.append(f"| {name} | {benign} | {100 * share('false_positive_rate', 'benign'):.2f} % | {attacked} | {recall} |")
    return "\n".join(lines) + "\n"


def budget_section(uba, log):
    """Returns how many user-days of the benign log reach a rarity that one in N should."""
    best = {}
    with tempfile.TemporaryDirectory() as folder:
        rows = f"{folder}/rows.csv"
        subprocess.run([uba, "score", "--input", log, "--output", rows], check=True, capture_output=True)
        with open(rows, newline="") as source:
            for row in csv.DictReader(source):
                key = row["user_id"], row["timestamp"][:10]
                best[key] = min(best.get(key, 1.0), float(row["p_value"]))
    days = sorted(day for _, day in best)
    late = [p for (_, day), p in best.items() if day >= days[int(len(days) * 0.6)]]
    lines = ["\n## Budget: are there as many alarms as were asked for?\n",
             f"The sample log as it is, all taken as benign; the {len(late):,} user-days of its last 40 %. What is rare is told "
             "by the 4,000 user-days before each event, of users known for 15 active days.\n",
             "| asked for | expected | came | came of expected, 95 % interval (Poisson) |", "|---|---|---|---|"]
    for one_in in (20, 50, 100, 1000):
        expected, came = len(late) / one_in, sum(p <= 1 / one_in for p in late)
        spread = 1.96 * math.sqrt(max(came, 1)) / expected
        lines.append(f"| one user-day in {one_in:,} | {expected:.0f} | {came} | {came / expected:.2f} "
                     f"[{max(0, came / expected - spread):.2f}, {came / expected + spread:.2f}] |")
    return "\n".join(lines) + "\n"


def reference_section(evidence, log):
    """Returns how near the detector is to its readable reference."""
    with tempfile.TemporaryDirectory() as folder:
        evaluate("make", "--events", log, "--scenario", "switch", "--seed", 1, "--out", folder)
        difference = prototype.compare(evidence, f"{folder}/stream.csv.gz")
    return (f"\n## The reference\n\n`scripts/quality/detector_prototype.py` is the design in readable form. On the stream "
            f"`switch`, seed 1 ({difference['events']:,} events), with its weights, an epoch of one event and nothing "
            f"forgotten, the identity evidence differs from it by {difference['identity']:.0e} bits at most, the mass "
            f"evidence by {difference['mass']:.0e}.\n")


def machine():
    names = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")] \
        if os.path.exists("/proc/cpuinfo") else [platform.processor() or "unknown processor"]
    return f"{names[0]}, {os.cpu_count()} cores, {platform.system()}"


def report(sections, minutes):
    return f"""# How good the detector is

Written by `make quality` on {datetime.date.today()}, in {minutes:.0f} minutes, on {machine()}.

The log is the sample log (`server/assets/sample/activity.csv.gz`): real activity of 581 people, taken to be benign.
Attacks on it are made of real days of other people, so nothing about an attack is invented but whose name it runs
under. Every event is scored before it is learnt from; a user-day's score is that of its rarest event. The model is the
shipped one: weights set by hand, tails from the log's first 60 % of user-days; scoring starts after them.

- **recall at 1 %**: the share of attacked user-days among those above the threshold that 1 % of benign user-days
  pass. To an analyst: with one false alarm in a hundred user-days, so many of the attacked days are seen.
- **recall at 0.1 %**: the same with one false alarm in a thousand user-days.
- **precision@50**: of the fifty user-days at the top of the list, so many were attacked.
- **ROC-AUC**, also for attackers of the victim's own project and of another: the chance that an attacked user-day
  ranks above a benign one.
- **PR-AUC**: the mean precision over all recalls; a list in any order has the share of attacks, about 0.02.

± is one standard deviation over seeds. All seeds share the same benign days, so it understates the doubt.
References are simple detectors of the evaluation script: {"; ".join(f"`{name}`, {what}" for name, what in REFERENCES.items())}.
""" + "".join(sections)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("uba")
    parser.add_argument("evidence")
    parser.add_argument("log")
    parser.add_argument("report")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5, 6, *FRESH])
    arguments = parser.parse_args()
    started, uba, log = time.monotonic(), arguments.uba, arguments.log
    few = arguments.seeds[:3]
    sections = [scenario_section(uba, log, scenario, what, arguments.seeds) for scenario, what in SCENARIOS.items()]
    sections += [mass_section(uba, log, few), world_section(uba, few), budget_section(uba, log),
                 reference_section(arguments.evidence, log)]
    minutes = (time.monotonic() - started) / 60
    pathlib.Path(arguments.report).write_text(report(sections, minutes))


if __name__ == "__main__":
    main()

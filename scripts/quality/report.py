#!/usr/bin/env python3
"""Measures the detector on attacks and writes docs/QUALITY.md.

  report.py UBA EVIDENCE LOG CALM REPORT [--tuned 1 2 3] [--fresh 11 12 13]

UBA is the program, EVIDENCE the example of that name in `shared`, LOG a real benign log, CALM a generated one (both
CSV; of these the shipped model is made), REPORT the file to write. Streams are made by uba_eval.py and by `uba
generate`, scored by `uba score`, and measured by uba_eval.py beside its own reference detectors and by `uba evaluate`.
Each module here measures one thing and writes one section. Standard library only.
"""
import argparse, concurrent.futures, datetime, os, pathlib, platform, tempfile, time

import ablation, aloud, budget, coldstart, crossed, injected, labels, life, marks, newcomers, pooled, prototype, scenarios, shipped
import streams, unknown, userdays, worlds
from program import Bench

PROCESSES = 2
TUNED, FRESH = "seeds that choices were made on", "fresh seeds"


def machine():
    names = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")] \
        if os.path.exists("/proc/cpuinfo") else [platform.processor() or "unknown processor"]
    return f"{names[0]}, {os.cpu_count()} cores, {platform.system()}"


def intro(minutes, is_reproduced):
    same = "the same bytes as" if is_reproduced else "**not** the same bytes as"
    references = "; ".join(f"`{name}`, {what}" for name, what in scenarios.REFERENCES.items())
    return f"""# How good the detector is

Written by `make quality` on {datetime.date.today()}, in {minutes:.0f} minutes, on {machine()}.

The log is the sample log (`server/assets/sample/activity.csv.gz`): real activity of many people, taken to be benign.
Attacks on it are made of real days of other people, so nothing about an attack is invented but whose name it runs
under. Every event is scored before it is learnt from; a user-day's score is that of its rarest event.

The model is the shipped one, {same} what `make model` learns here. Its weights
are learnt from the log's first 60 % of user-days alone, with attacks put into that history (`server/lab/src/training`):
days of other people, chosen by another program than the attacks below. How rare evidence is at first, it knows from the
same days, and of failures and transfers, where the log does not tell, from a generated world without attacks. Its
forest is taught by the same history with attacks put into it and by generated worlds of other seeds than those below.
What is judged below comes after these days; the people are the same. `its memory alone` is the same without its forest,
`untrained` has weights set by hand instead, and no forest.

- **recall at 1 %**: the share of attacked user-days among those above the threshold that 1 % of benign user-days
  pass. To an analyst: with one false alarm in a hundred user-days, so many of the attacked days are seen.
- **recall at 0.1 %**: the same with one false alarm in a thousand user-days.
- **precision@50**: of the fifty user-days at the top of the list, so many were attacked.
- **ROC-AUC**, also for attackers of the victim's own project and of another: the chance that an attacked user-day
  ranks above a benign one.
- **PR-AUC**: the mean precision over all recalls; a list in any order has the share of attacks.

± is one standard deviation over seeds. All seeds share the same benign days, so it understates the doubt.
References are simple detectors of the evaluation script: {references}.
"""


def marks_section(found):
    return f"""
## What was asked, and whether it was met

Streams are those of fresh seeds, figures of a stream means over them. Speed and memory are measured by `make bench`.

""" + marks.table(found) + "\n"


def reference_section(difference, seed):
    return f"""
## The reference

`scripts/quality/detector_prototype.py` is the design in readable form. On the stream `switch`, seed {seed}
({difference['events']:,} events), with its weights, an epoch of one event and nothing forgotten, the identity evidence
differs from it by {difference['identity']:.0e} bits at most, the mass evidence by {difference['mass']:.0e}.
"""


def measure(bench, pool, tuned, fresh):
    """Yields the sections of the report, each with its marks."""
    groups, few = {TUNED: tuned, FRESH: fresh}, tuned[:3]
    measured = scenarios.measure(bench, pool, [*tuned, *fresh])
    yield scenarios.section(measured, groups), marks.of_streams(measured, fresh)
    common = pooled.measure(bench, pool, measured, groups)
    yield pooled.section(common), marks.of_one_threshold(common, FRESH)
    yield injected.section(injected.measure(bench, pool, few), few), []
    of_worlds = worlds.measure(bench, pool, few)
    yield worlds.section(of_worlds), marks.of_worlds(of_worlds)
    of_life = life.measure(bench, pool, few)
    yield life.section(of_life), marks.of_life(of_life)
    of_labels = labels.measure(bench, pool, few)
    yield labels.section(of_labels), marks.of_labels(of_labels)
    ablated_worlds = {seed: of_worlds[seed] for seed in few[:2]}
    ablated = ablation.measure(bench, pool, measured, ablated_worlds, few)
    yield ablation.section(ablated, few, list(ablated_worlds)), marks.of_extensions(ablated)
    yield ablation.branches_section(ablated, few, list(ablated_worlds)), []
    yield unknown.section(unknown.measure(bench, pool, of_worlds)), []
    yield crossed.section(crossed.measure(bench, pool, measured, of_worlds, few), few), []
    of_newcomers = newcomers.measure(bench, pool, of_worlds)
    yield newcomers.section(of_newcomers, few), marks.of_newcomers(of_newcomers)
    rarities = userdays.highest(bench.rarities(bench.log))
    of_log, alarms = budget.of_log(rarities), budget.measure(bench, pool)
    yield budget.section(of_log, alarms), marks.of_budget(of_log, alarms)
    yield coldstart.section(coldstart.measure(rarities)), []
    yield aloud.section(aloud.measure(bench)), []
    recalls = shipped.measure(bench, pool, few)
    yield shipped.section(recalls, few), marks.of_shipped(recalls)
    difference = prototype.compare(bench.evidence, str(streams.log(streams.make(bench, "switch", few[0]))))
    yield reference_section(difference, few[0]), marks.of_reference(difference)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("uba", "evidence", "log", "calm", "report"):
        parser.add_argument(name)
    parser.add_argument("--tuned", type=int, nargs="+", default=range(1, 7))
    parser.add_argument("--fresh", type=int, nargs="+", default=range(11, 17))
    arguments, started = parser.parse_args(), time.monotonic()
    minutes = lambda: (time.monotonic() - started) / 60
    sections, found = [], []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ProcessPoolExecutor(PROCESSES) as pool:
        bench = Bench(arguments.uba, arguments.evidence, arguments.log, arguments.calm, pathlib.Path(folder))
        is_reproduced = bench.train("learnt").read_bytes() == prototype.MODEL.read_bytes()
        for section, section_marks in measure(bench, pool, list(arguments.tuned), list(arguments.fresh)):
            sections.append(section)
            found += section_marks
            print(f"{minutes():.1f} min:", section.strip().splitlines()[0], flush=True)
    text = intro(minutes(), is_reproduced) + marks_section(found) + "".join(sections)
    pathlib.Path(arguments.report).write_text(text)


if __name__ == "__main__":
    main()

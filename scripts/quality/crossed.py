"""Models of one kind of log, real or generated, on the other."""
import scenarios, streams, tables, worlds

SHIPPED, GENERATED, REAL = "both: the shipped model", "generated logs alone", "the real log alone"
FIGURES = ["events, PR-AUC", "recall of user-days at the budget"]


def measure(bench, pool, measured, of_worlds, seeds):
    """Returns by model the figures of each column, one a seed."""
    generated = pool.submit(bench.train, "generated-alone", logs=[bench.calm])
    real = pool.submit(bench.train, "real-alone", "--worlds", 0, logs=[bench.log])
    models = {GENERATED: generated.result(), REAL: real.result()}
    shipped = {(SHIPPED, scenario): recalls for scenario, recalls in scenarios.recalls(measured, seeds).items()}
    recalls = shipped | streams.recalls(bench, pool, models, seeds)
    results = {SHIPPED: list(of_worlds.values())} | worlds.of_models(bench, pool, models, of_worlds)
    return {model: [*(recalls[model, scenario] for scenario in streams.SCENARIOS),
                    *([worlds.MARKED[figure](result)["value"] for result in results[model]] for figure in FIGURES)]
            for model in results}


def section(figures, seeds):
    """Returns the table by model."""
    rows = [[model, *map(tables.spread, columns)] for model, columns in figures.items()]
    header = ["learnt from", *(f"`{scenario}`, recall at 1 %" for scenario in streams.SCENARIOS),
              *(f"worlds, {figure}" for figure in FIGURES)]
    return f"""
## One kind of log taught, the other asked

A model that was learnt from generated logs alone (a generated world without attacks as its history, and made-up
organisations for its forest) never saw anything real; one of the real log alone never saw a made-up organisation, nor
an address, a program or a failure, which that log has not. Streams and generated worlds are those above, seeds
{tables.listed(seeds)}. The less a model falls behind the shipped one on what it never saw, the more of what it learnt
holds elsewhere.

""" + tables.table(header, rows) + "\n"

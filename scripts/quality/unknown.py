"""Kinds of attack that the forest was not taught: how it does with the unknown."""
import ablation, kinds, tables, worlds

# Kinds that are not taught, each with those of the training that are of its nature.
LEFT_OUT = {
    "impossible_travel": ["new_place", "textbook_far_download"],
    "mass_deletion": ["sharing"],
    "privilege_abuse": [],
}
SHIPPED, UNTAUGHT, NO_FOREST = "shipped", "not taught these", "no forest"


def measure(bench, pool, of_worlds):
    """Returns by model what `uba evaluate` says of each world."""
    names = [name for kind, alike in LEFT_OUT.items() for name in (kind, *alike)]
    models = {UNTAUGHT: bench.train("unknown", "--leave-out", *names), NO_FOREST: ablation.without(bench, "known")}
    return {SHIPPED: list(of_worlds.values())} | worlds.of_models(bench, pool, models, of_worlds)


def section(results):
    """Returns the tables of all kinds together and of those left out."""
    rows = [[model, *(of_all(of_model, figure) for figure in ablation.FIGURES.values())]
            for model, of_model in results.items()]
    together = tables.table(["model", *ablation.FIGURES], rows)
    of_kinds = {model: kinds.means(of_model) for model, of_model in results.items()}
    rows = [[kind, of_kinds[SHIPPED][kind].user_days, *(f"{of[kind].recall:.2f}" for of in of_kinds.values()),
             *(f"{of[kind].event_pr_auc:.2f}" for of in of_kinds.values())] for kind in LEFT_OUT]
    columns = [f"{figure}, {model}" for figure in ("recall at 1 %", "events, PR-AUC") for model in results]
    left_out = tables.listed(f"`{kind}`" for kind in LEFT_OUT)
    alike = tables.listed(f"`{kind}`" for kinds_alike in LEFT_OUT.values() for kind in kinds_alike)
    return f"""
## The unknown: kinds of attack that the forest was not taught

A model was learnt anew whose forest never saw {left_out} (`uba train --leave-out`), nor
what is of a like nature: {alike}. What the shipped model finds more of these
is what teaching them brings; what is found all the same, other kinds and the memory tell. The generated worlds above,
attacks of all kinds:

{together}

Of each kind left out, means over the seeds:

{tables.table(["kind", "attacked user-days", *columns], rows)}
"""


def of_all(results, figure):
    return tables.spread([figure(result)["value"] for result in results])

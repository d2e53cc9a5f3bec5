"""Figures by kind of attack, over several results of `uba evaluate`."""
import collections, math, statistics, typing


class OfKind(typing.NamedTuple):
    """User-days in all; means over results of the others."""
    user_days: int
    recall: float
    roc_auc: float
    event_pr_auc: float


def means(results):
    """Returns the figures of each kind, in the order of their names."""
    kinds = collections.defaultdict(list)
    for kind in (kind for result in results for kind in result["kinds"]):
        kinds[kind["kind"]].append(kind)
    return {kind: OfKind(sum(one["user_days"] for one in found), mean(found, "recall_at_1_percent"),
                         mean(found, "roc_auc"), mean(found, "event_pr_auc")) for kind, found in sorted(kinds.items())}


def mean(found, name):
    known = [kind[name] for kind in found if kind[name] is not None]
    return statistics.mean(known) if known else math.nan

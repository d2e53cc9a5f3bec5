//! The self-contained HTML page of a report: plots with a sentence each, tables, and the model card.

use super::{
    forest_metrics::{ForestMetrics, GroupMetrics},
    learning_curve::LearningStage,
    metrics::TrainingMetrics,
    plots::Plots,
    training_set::{RowCount, Seeds, TrainingSet},
};
use crate::{
    html_report::{document, escaped, key, plot::Plot, section, table, tiles, with_interval},
    model_card::{FamilyWeight, FeatureUse, ModelCard, SignalTail},
    training::{forest::ForestParams, tune::Trial},
};

/// Returns the page.
pub(super) fn page(metrics: &TrainingMetrics, plots: &Plots) -> String {
    let content = [
        format!("<p class=\"lead\">{}</p>\n", introduction(metrics)),
        main_metrics(metrics),
        section("Ranking", &ranking(plots)),
        section("Probabilities", &probabilities(metrics, plots)),
        section("Scores", &scores(plots)),
        section("What the forest needs", &importance(plots)),
        section("More people to learn from", &learning_curve(&metrics.learning_curve, plots)),
        section("Kinds of attack", &groups("Kind", &metrics.kinds, KINDS)),
        section("Sources", &groups("Rows of", &metrics.sources, SOURCES)),
        section("How it was trained", &training(&metrics.training)),
        section("The model", &card(&metrics.model)),
    ];
    let version = &metrics.model.version;
    document(&format!("Training of model {version}"), "How well the forest knows attacks", &content.concat())
}

const KINDS: &str = "Each kind of attack against everything benign, of whatever source.";
const SOURCES: &str = "Rows of one source among themselves; a source without attacks has no line.";

fn introduction(metrics: &TrainingMetrics) -> String {
    let TrainingSet { users, rows, .. } = &metrics.training;
    format!(
        "The forest of model {} learnt from {rows} rows of {users} users. All figures are of people whom the trees do \
         not know: each row is judged by those trees alone that were grown without any row of its user. A row weighs as \
         many events as it stands for; attacks are {:.1} % of those. Brackets hold the figure in 95 of 100 draws of \
         users. The memory's own evidence is among what the forest asks for, but this is about the forest alone: how \
         well the whole model does, <code>uba evaluate</code> says.",
        metrics.model.version,
        metrics.all.share_of_attacks * 100.0
    )
}

fn main_metrics(metrics: &TrainingMetrics) -> String {
    let ForestMetrics { pr_auc, roc_auc, recall_at_1_percent, .. } = metrics.all;
    tiles(&[
        ("PR-AUC".to_owned(), pr_auc),
        ("ROC-AUC".to_owned(), roc_auc),
        ("Recall at 1 % false alarms".to_owned(), recall_at_1_percent),
        ("Brier score".to_owned(), metrics.probability.brier),
        ("Calibration error (ECE)".to_owned(), metrics.probability.ece),
    ])
}

/// Returns a plot with a sentence below it.
fn explained(plot: &Plot, sentence: &str) -> String {
    format!("<div>\n{}{}</div>\n", plot.figure(), note(sentence))
}

fn note(sentence: &str) -> String {
    format!("<p class=\"note\">{sentence}</p>\n")
}

fn side_by_side(plots: &[String]) -> String {
    format!("<div class=\"plots\">\n{}</div>\n", plots.concat())
}

fn ranking(plots: &Plots) -> String {
    side_by_side(&[
        explained(
            &plots.roc,
            "How many of the attacks' events are found at each price in false alarms; from one in ten thousand benign \
             events on the left to all of them.",
        ),
        explained(
            &plots.precision_recall,
            "How many of the flagged events are an attack's, at each share of attacks that is found. The area below is \
             the PR-AUC; it depends on how many attacks there are.",
        ),
    ])
}

fn probabilities(metrics: &TrainingMetrics, plots: &Plots) -> String {
    let confusion = &metrics.confusion;
    side_by_side(&[
        explained(
            &plots.calibration,
            "On the diagonal, of the events that are said to be an attack's with a probability, as many are. The curve \
             from what trees say to probabilities was fitted to other users.",
        ),
        explained(
            &plots.confusion,
            &format!(
                "Events flagged from a probability of {} on, stated for attacks being {:.0} % of all as scores are: \
                 recall {}, false alarms {}.",
                confusion.threshold,
                confusion.share_of_attacks * 100.0,
                with_interval(confusion.recall),
                with_interval(confusion.false_alarm_rate),
            ),
        ),
    ])
}

fn scores(plots: &Plots) -> String {
    let key = key(&[("benign", "benign events"), ("attacked", "attacks' events")]);
    let sentence = "What the trees say on average, before it is made a probability: attacks lie apart from what is \
                    benign as far as the forest knows them.";
    side_by_side(&[explained(&plots.scores, sentence)]) + &key
}

fn importance(plots: &Plots) -> String {
    let sentence = "By how much the PR-AUC falls when a feature's values are dealt anew among the rows (permutation \
                    importance). Features that say nearly the same hide each other.";
    side_by_side(&[explained(&plots.importance, sentence)])
}

fn learning_curve(stages: &[LearningStage], plots: &Plots) -> String {
    let sentence = "Forests grown on some of the users, all judged on the same rows by trees that do not know the user: \
                    where the curve still rises, more people would help. Lines are the intervals.";
    let row = |stage: &LearningStage| {
        (format!("{} %", stage.percent_of_users), vec![stage.rows.to_string(), with_interval(stage.pr_auc)])
    };
    let rows: Vec<_> = stages.iter().map(row).collect();
    side_by_side(&[explained(&plots.learning_curve, sentence), table("Users", &["Rows", "PR-AUC"], &rows)])
}

fn groups(corner: &str, groups: &[GroupMetrics], sentence: &str) -> String {
    let heads = ["Rows", "Users", "PR-AUC", "ROC-AUC", "Recall at 0.1 %", "Recall at 1 %"];
    let row = |GroupMetrics { name, rows, users, figures }: &GroupMetrics| {
        let measured = [figures.pr_auc, figures.roc_auc, figures.recall_at_0_1_percent, figures.recall_at_1_percent];
        let counts = [rows, users].map(ToString::to_string);
        (escaped(name), counts.into_iter().chain(measured.map(with_interval)).collect())
    };
    table(corner, &heads, &groups.iter().map(row).collect::<Vec<_>>()) + &note(sentence)
}

fn training(TrainingSet { rows_by_kind, seeds, params, trials, .. }: &TrainingSet) -> String {
    let Seeds { worlds, draws_of_users, shuffled_features } = seeds;
    let worlds = if worlds.is_empty() { "none".to_owned() } else { format!("{worlds:?}") };
    let seeds = format!(
        "Seeds: organisations {worlds}, trees {}, draws of users {draws_of_users}, shuffled features \
         {shuffled_features}.",
        params.seed
    );
    let row = |RowCount { source, kind, rows, users, represents }: &RowCount| {
        let kind = kind.as_deref().map_or("benign".to_owned(), escaped);
        (source.name().to_owned(), vec![kind, rows.to_string(), users.to_string(), format!("{represents:.0}")])
    };
    let rows: Vec<_> = rows_by_kind.iter().map(row).collect();
    table("Source", &["Kind", "Rows", "Users", "Events they stand for"], &rows)
        + &note(&seeds)
        + &settings(*params, trials)
}

fn settings(params: ForestParams, trials: &[Trial]) -> String {
    const HEADS: [&str; 6] =
        ["Depth", "Leaves", "Least rows of a leaf", "Features tried", "Weight of attacks", "PR-AUC"];
    let row = |name: String, params: ForestParams, last: String| {
        let weight = params.class_weight.map_or_else(|| "as they are".to_owned(), |weight| weight.to_string());
        let cells = [
            params.max_depth.to_string(),
            params.max_leaf_nodes.to_string(),
            params.min_samples_leaf.to_string(),
            params.max_features.to_string(),
            weight,
            last,
        ];
        (format!("{name}, {} trees", params.trees), cells.into())
    };
    let trial = |(number, trial): (usize, &Trial)| {
        let given_up = if trial.is_pruned { ", given up" } else { "" };
        row(number.to_string(), trial.params, format!("{:.4}{given_up}", trial.mean()))
    };
    let rows: Vec<_> =
        std::iter::once(row("taken".to_owned(), params, "–".to_owned())).chain((1..).zip(trials).map(trial)).collect();
    let sentence = if trials.is_empty() {
        "The settings of every model for which none were searched for."
    } else {
        "What was tried, the best first: forests trained on the earlier rows of three quarters of the users, validated \
         on the later rows of the others, as if one in a hundred were an attack."
    };
    table("Setting", &HEADS, &rows) + &note(sentence)
}

fn card(ModelCard { version, score, forest, weights, signals, features }: &ModelCard) -> String {
    let forest = forest.map_or_else(|| "none".to_owned(), |forest| forest.to_string());
    let summary = note(&format!("Version {version}. Score: {score}. Forest: {forest}."));
    let weight = |FamilyWeight { family, day, event }: &FamilyWeight| {
        ((*family).to_owned(), vec![format!("{day:.3}"), format!("{event:.3}")])
    };
    let signal = |SignalTail { signal, has_tail }: &SignalTail| {
        ((*signal).to_owned(), vec![if *has_tail { "known" } else { "not known" }.to_owned()])
    };
    let feature = |FeatureUse { name, meaning, splits, importance }: &FeatureUse| {
        let shap =
            importance.as_ref().map_or_else(String::new, |importance| format!("{:.4}", importance.mean_abs_shap));
        (format!("<code>{name}</code>"), vec![splits.to_string(), shap, escaped(meaning)])
    };
    let weights = table("Family", &["Of the day", "Of the event"], &weights.iter().map(weight).collect::<Vec<_>>());
    let signals = table("Signal", &["How rare it is"], &signals.iter().map(signal).collect::<Vec<_>>());
    let features =
        table("Feature", &["Splits", "Mean |SHAP|", "Meaning"], &features.iter().map(feature).collect::<Vec<_>>());
    format!(
        "{summary}{}<details>\n<summary>All features</summary>\n{features}</details>\n",
        side_by_side(&[weights, signals])
    )
}

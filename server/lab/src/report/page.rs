//! A report as one page: drawings with a sentence each, tables, and the model's card.

use super::{
    Report,
    drawings::Drawings,
    figures::{Figures, Group},
    learning::Stage,
    taught::{Counted, Seeds, Taught},
};
use crate::{
    card::{Asked, Card, Rare, Weight},
    page::{document, escaped, key, plot::Plot, section, table, tiles, with_interval},
    training::{forest::Params, tune::Trial},
};

/// Returns the page.
pub(super) fn page(report: &Report, drawings: &Drawings) -> String {
    let content = [
        format!("<p class=\"lead\">{}</p>\n", introduction(report)),
        figures(report),
        section("Ranking", &ranking(drawings)),
        section("Probabilities", &probabilities(report, drawings)),
        section("Scores", &scores(drawings)),
        section("What the forest needs", &needs(drawings)),
        section("More people to learn from", &learning_curve(&report.learning_curve, drawings)),
        section("Kinds of attack", &groups("Kind", &report.kinds, KINDS)),
        section("Sources", &groups("Rows of", &report.sources, SOURCES)),
        section("How it was taught", &taught(&report.taught)),
        section("The model", &card(&report.model)),
    ];
    let version = &report.model.version;
    document(&format!("Training of model {version}"), "How well the forest knows attacks", &content.concat())
}

const KINDS: &str = "Each kind of attack against everything benign, of whatever source.";
const SOURCES: &str = "Rows of one source among themselves; a source without attacks has no line.";

fn introduction(report: &Report) -> String {
    let Taught { users, rows, .. } = &report.taught;
    format!(
        "The forest of model {} learnt from {rows} rows of {users} users. All figures are of people whom the trees do \
         not know: each row is judged by those trees alone that were grown without any row of its user. A row weighs as \
         many events as it stands for; attacks are {:.1} % of those. Brackets hold the figure in 95 of 100 draws of \
         users. The memory's own evidence is among what the forest asks for, but this is about the forest alone: how \
         well the whole model does, <code>uba evaluate</code> says.",
        report.model.version,
        report.all.share_of_attacks * 100.0
    )
}

fn figures(report: &Report) -> String {
    let Figures { pr_auc, roc_auc, recall_at_1_percent, .. } = report.all;
    tiles(&[
        ("PR-AUC".to_owned(), pr_auc),
        ("ROC-AUC".to_owned(), roc_auc),
        ("Recall at 1 % false alarms".to_owned(), recall_at_1_percent),
        ("Brier score".to_owned(), report.probability.brier),
        ("Calibration error (ECE)".to_owned(), report.probability.ece),
    ])
}

/// Puts a sentence below a drawing.
fn told(plot: &Plot, sentence: &str) -> String {
    format!("<div>\n{}{}</div>\n", plot.figure(), note(sentence))
}

fn note(sentence: &str) -> String {
    format!("<p class=\"note\">{sentence}</p>\n")
}

fn side_by_side(plots: &[String]) -> String {
    format!("<div class=\"plots\">\n{}</div>\n", plots.concat())
}

fn ranking(drawings: &Drawings) -> String {
    side_by_side(&[
        told(
            &drawings.roc,
            "How many of the attacks' events are found at each price in false alarms; from one in ten thousand benign \
             events on the left to all of them.",
        ),
        told(
            &drawings.precision_recall,
            "How many of the flagged events are an attack's, at each share of attacks that is found. The area below is \
             the PR-AUC; it depends on how many attacks there are.",
        ),
    ])
}

fn probabilities(report: &Report, drawings: &Drawings) -> String {
    let confusion = &report.confusion;
    side_by_side(&[
        told(
            &drawings.calibration,
            "On the diagonal, of the events that are said to be an attack's with a probability, as many are. The curve \
             from what trees say to probabilities was fitted to other users.",
        ),
        told(
            &drawings.confusion,
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

fn scores(drawings: &Drawings) -> String {
    let key = key(&[("benign", "benign events"), ("attacked", "attacks' events")]);
    let sentence = "What the trees say on average, before it is made a probability: attacks lie apart from what is \
                    benign as far as the forest knows them.";
    side_by_side(&[told(&drawings.scores, sentence)]) + &key
}

fn needs(drawings: &Drawings) -> String {
    let sentence = "By how much the PR-AUC falls when a feature's values are dealt anew among the rows (permutation \
                    importance). Features that say nearly the same hide each other.";
    side_by_side(&[told(&drawings.importance, sentence)])
}

fn learning_curve(stages: &[Stage], drawings: &Drawings) -> String {
    let sentence = "Forests grown on some of the users, all judged on the same rows by trees that do not know the user: \
                    where the curve still rises, more people would help. Lines are the intervals.";
    let row = |stage: &Stage| {
        (format!("{} %", stage.percent_of_users), vec![stage.rows.to_string(), with_interval(stage.pr_auc)])
    };
    let rows: Vec<_> = stages.iter().map(row).collect();
    side_by_side(&[told(&drawings.learning_curve, sentence), table("Users", &["Rows", "PR-AUC"], &rows)])
}

fn groups(corner: &str, groups: &[Group], sentence: &str) -> String {
    let heads = ["Rows", "Users", "PR-AUC", "ROC-AUC", "Recall at 0.1 %", "Recall at 1 %"];
    let row = |Group { name, rows, users, figures }: &Group| {
        let measured = [figures.pr_auc, figures.roc_auc, figures.recall_at_0_1_percent, figures.recall_at_1_percent];
        let counts = [rows, users].map(ToString::to_string);
        (escaped(name), counts.into_iter().chain(measured.map(with_interval)).collect())
    };
    table(corner, &heads, &groups.iter().map(row).collect::<Vec<_>>()) + &note(sentence)
}

fn taught(Taught { rows_by_kind, seeds, params, trials, .. }: &Taught) -> String {
    let Seeds { worlds, draws_of_users, shuffled_features } = seeds;
    let worlds = if worlds.is_empty() { "none".to_owned() } else { format!("{worlds:?}") };
    let seeds = format!(
        "Seeds: organisations {worlds}, trees {}, draws of users {draws_of_users}, shuffled features \
         {shuffled_features}.",
        params.seed
    );
    let row = |Counted { source, kind, rows, users, stands_for }: &Counted| {
        let kind = kind.as_deref().map_or("benign".to_owned(), escaped);
        (source.name().to_owned(), vec![kind, rows.to_string(), users.to_string(), format!("{stands_for:.0}")])
    };
    let rows: Vec<_> = rows_by_kind.iter().map(row).collect();
    table("Source", &["Kind", "Rows", "Users", "Events they stand for"], &rows)
        + &note(&seeds)
        + &settings(*params, trials)
}

fn settings(params: Params, trials: &[Trial]) -> String {
    const HEADS: [&str; 6] =
        ["Depth", "Leaves", "Least rows of a leaf", "Features tried", "Weight of attacks", "PR-AUC"];
    let row = |name: String, Params { trees, depth, leaves, least_rows, tried, attack_share, .. }: Params, last| {
        let share = attack_share.map_or_else(|| "as they are".to_owned(), |share| share.to_string());
        let cells = [depth.to_string(), leaves.to_string(), least_rows.to_string(), tried.to_string(), share, last];
        (format!("{name}, {trees} trees"), cells.into())
    };
    let trial = |(number, trial): (usize, &Trial)| {
        let given_up = if trial.is_given_up { ", given up" } else { "" };
        row(number.to_string(), trial.params, format!("{:.4}{given_up}", trial.mean()))
    };
    let rows: Vec<_> =
        std::iter::once(row("taken".to_owned(), params, "–".to_owned())).chain((1..).zip(trials).map(trial)).collect();
    let sentence = if trials.is_empty() {
        "The settings of every model for which none were searched for."
    } else {
        "What was tried, the best first: forests taught by the earlier rows of three quarters of the users, judged by \
         the later rows of the others, as if one in a hundred were an attack."
    };
    table("Setting", &HEADS, &rows) + &note(sentence)
}

fn card(Card { version, score, forest, weights, signals, features }: &Card) -> String {
    let forest = forest.map_or_else(|| "none".to_owned(), |forest| forest.to_string());
    let told = note(&format!("Version {version}. Score: {score}. Forest: {forest}."));
    let weight = |Weight { family, day, event }: &Weight| {
        ((*family).to_owned(), vec![format!("{day:.3}"), format!("{event:.3}")])
    };
    let signal = |Rare { signal, has_tail }: &Rare| {
        ((*signal).to_owned(), vec![if *has_tail { "known" } else { "not known" }.to_owned()])
    };
    let feature = |Asked { name, meaning, splits }: &Asked| {
        (format!("<code>{name}</code>"), vec![splits.to_string(), escaped(meaning)])
    };
    let weights = table("Family", &["Of the day", "Of the event"], &weights.iter().map(weight).collect::<Vec<_>>());
    let signals = table("Signal", &["How rare it is"], &signals.iter().map(signal).collect::<Vec<_>>());
    let features = table("Feature", &["Splits", "Meaning"], &features.iter().map(feature).collect::<Vec<_>>());
    format!(
        "{told}{}<details>\n<summary>All features</summary>\n{features}</details>\n",
        side_by_side(&[weights, signals])
    )
}

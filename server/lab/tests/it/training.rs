//! `uba train` and `uba model` on a log that is small enough to learn from in a test.

use serde_json::Value;
use shared::hash::hash;

use crate::Folder;

/// A folder with a log.
struct Trainer(Folder);

impl Trainer {
    fn with(log: &str) -> Self {
        let folder = Folder::new();
        folder.write("log.csv", log);
        Self(folder)
    }

    /// Trains on the log alone, and returns what is printed.
    fn train(&self, extra: &[&str]) -> String {
        String::from_utf8(self.0.succeed(&[&TRAIN, extra].concat()).stdout).expect("it prints text")
    }

    /// Returns the message of a training that must fail.
    fn refusal(&self, extra: &[&str]) -> String {
        self.0.refusal(&[&TRAIN, extra].concat())
    }

    fn read(&self, name: &str) -> String {
        self.0.text(name)
    }

    fn metrics(&self) -> Value {
        serde_json::from_str(&self.read("report/metrics.json")).expect("the metrics are JSON")
    }

    fn card(&self) -> Value {
        let output = self.0.succeed(&["model", "--model", "model.json", "--json"]);
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    }
}

const TRAIN: [&str; 7] = ["train", "--data", "log.csv", "--worlds", "0", "--output", "model.json"];
const USERS: u64 = 24;
const DAYS: usize = 50;

/// Returns a pseudorandom number below a limit, the same at every run.
fn noise(what: &str, user: u64, day: usize, limit: u64) -> u64 {
    hash(&format!("{what} of {user} on {day}"), 1) % limit
}

/// Returns a log of users who are active every day. One event in ten has failed attempts at night; if
/// `labels_are_true` these are labelled as attacks, else labels are assigned by chance.
fn log(labels_are_true: bool) -> String {
    let header = "user_id,timestamp,action_type,data_volume_mb,failed_attempts,is_anomaly,anomaly_type\n".to_owned();
    let rows = (0..DAYS).flat_map(|day| (0..USERS).map(move |user| row(user, day, labels_are_true)));
    std::iter::once(header).chain(rows).collect()
}

fn row(user: u64, day: usize, labels_are_true: bool) -> String {
    let noise = |what: &str, limit: u64| noise(what, user, day, limit);
    let looks_bad = noise("looks", 10) == 0;
    let is_attack = if labels_are_true { looks_bad } else { noise("label", 10) == 0 };
    let (hour, failed) =
        if looks_bad { (2, 6 + noise("failed", 3)) } else { (8 + noise("hour", 9), noise("failed", 2)) };
    let volume = 1 + noise("volume", 50);
    let (label, kind) = if is_attack { (1, "brute_force") } else { (0, "") };
    let date = jiff::civil::date(2024, 2, 1) + jiff::Span::new().days(i64::try_from(day).expect("few days"));
    format!("u{user},{date}T{hour:02}:00:00Z,view,{volume},{failed},{label},{kind}\n")
}

/// Returns the average precision, and the share of attacks, of the rows that the log itself labels.
fn of_the_log(metrics: &Value) -> (f64, f64) {
    let sources = metrics["sources"].as_array().expect("a list");
    let log = sources.iter().find(|source| source["name"] == "labels of the logs").expect("a labelled log");
    let figure = |pointer: &str| log["figures"].pointer(pointer).and_then(Value::as_f64).expect("a number");
    (figure("/pr_auc/value"), figure("/share_of_attacks"))
}

#[test]
fn a_report_holds_every_plot_and_true_labels_are_predicted_for_unseen_users() {
    let trainer = Trainer::with(&log(true));
    trainer.train(&["--report", "report"]);
    let page = trainer.read("report/index.html");
    assert_eq!(page.matches("<svg ").count(), 7);
    assert!(!page.contains("<script") && !page.contains("<link") && !page.contains("@import"));
    for name in ["roc", "precision_recall", "calibration", "confusion", "scores", "importance", "learning_curve"] {
        let svg = trainer.read(&format!("report/{name}.svg"));
        assert!(svg.starts_with("<svg ") && svg.contains("<style>"), "{name}");
    }

    let metrics = trainer.metrics();
    let users = metrics["training"]["users"].as_u64();
    assert!(users < Some(2 * USERS), "{users:?}: one person is one user in every stream, beside some unknown ones");
    let (pr_auc, share) = of_the_log(&metrics);
    assert!(pr_auc > 0.9 && (0.05..0.15).contains(&share), "{pr_auc} at {share}");
    let kinds = metrics["kinds"].as_array().expect("a list");
    assert!(kinds.iter().any(|kind| kind["name"] == "brute_force"));
    assert_eq!(metrics["importance"].as_array().map(Vec::len), Some(58));
    assert_eq!(metrics["learning_curve"][3]["pr_auc"], metrics["all"]["pr_auc"]);
    assert_eq!(metrics["model"], trainer.card());
    assert!(page.contains(metrics["model"]["version"].as_str().expect("a text")));
}

#[test]
fn labels_assigned_by_chance_predict_nothing_for_unseen_users() {
    let trainer = Trainer::with(&log(false));
    trainer.train(&["--report", "report"]);
    let (pr_auc, share) = of_the_log(&trainer.metrics());
    assert!((0.7 * share..1.4 * share).contains(&pr_auc), "{pr_auc} where {share} are attacks");
    assert!(
        !trainer.read("model.json").contains("classifier_weight"),
        "nothing was proven, so the weight is the usual one"
    );
}

#[test]
fn a_search_says_what_it_tried_and_takes_the_best() {
    let trainer = Trainer::with(&log(true));
    let said = trainer.train(&["--tune", "--report", "report"]);
    let training = trainer.metrics()["training"].clone();
    let trials = training["trials"].as_array().expect("a list");
    assert_eq!((said.lines().count(), trials.len()), (16, 16));
    let means: Vec<f64> = said.lines().map(|line| line[7..13].parse().expect("a mean")).collect();
    assert!(means[0] > 0.9, "{said}");
    let kept = trials.iter().filter(|trial| trial["is_pruned"] == false).count();
    assert!(means[..kept].is_sorted_by(|one, other| one >= other), "{said}");
    for setting in ["max_depth", "min_samples_leaf", "max_features", "class_weight"] {
        assert_eq!(training["params"][setting], trials[0]["params"][setting], "{setting}");
    }
    assert_eq!(training["params"]["trees"], 100);
}

#[test]
fn a_model_does_without_what_it_is_to_do_without() {
    let trainer = Trainer::with(&log(true));
    trainer.train(&["--without", "hour", "gap"]);
    let card = trainer.card();
    let splits = |name: &str| {
        let features = card["features"].as_array().expect("a list");
        features.iter().find(|feature| feature["name"] == name).expect("a feature")["splits"].as_u64()
    };
    for feature in ["hour_bits", "hour_day", "hour_rarity", "gap_bits", "gap_day"] {
        assert_eq!(splits(feature), Some(0), "{feature}");
    }
    assert!(splits("failed_attempts") > Some(0));
    for weight in card["weights"].as_array().expect("a list") {
        let is_without = weight["family"] == "hour" || weight["family"] == "gap";
        assert!(!is_without || (weight["day"] == 0.0 && weight["event"] == 0.0), "{weight}");
    }

    trainer.train(&["--without", "known"]);
    assert!(trainer.card()["forest"].is_null());
    let refused = trainer.refusal(&["--without", "known", "--report", "report"]);
    assert!(refused.contains("a report is about the forest"), "{refused}");
}

#[test]
fn a_forest_does_not_learn_the_kinds_of_attack_that_are_left_out() {
    let trainer = Trainer::with(&log(true));
    let rows_by_kind = |extra: &[&str]| {
        trainer.train(&[extra, &["--report", "report"]].concat());
        trainer.metrics()["training"]["rows_by_kind"].as_array().expect("a list").clone()
    };
    let left_out = ["brute_force", "takeover"];
    let (all, rest) = (rows_by_kind(&[]), rows_by_kind(&[&["--leave-out"], &left_out[..]].concat()));
    let (gone, kept): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|counted| left_out.iter().any(|kind| counted["kind"] == *kind));
    assert_eq!(gone.len(), left_out.len(), "{gone:?}");
    assert_eq!(rest, kept, "everything else, and no more benign rows than before");

    let refused = trainer.refusal(&["--leave-out", "brute_force", "gossip"]);
    assert!(refused.contains("no attack is of the kind gossip"), "{refused}");
    assert!(refused.contains("there are brute_force, burst, "), "{refused}");
}

#[test]
fn the_card_of_the_shipped_model_names_what_its_score_means() {
    let output = Folder::new().succeed(&["model"]);
    let said = String::from_utf8(output.stdout).expect("it prints text");
    let version = shared::model::Model::shipped().version();
    assert!(said.starts_with(&format!("version  {version}\n")), "{said}");
    assert!(said.contains("where 15 % of all events are attacks; 0.7 is reached by one in 100 ordinary user-days"));
    for feature in shared::features::table() {
        assert!(said.contains(&feature.meaning), "{}", feature.name);
    }
}

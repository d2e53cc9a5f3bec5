//! `uba evaluate` on labelled logs that are small enough to know the answer.

use serde_json::Value;

use crate::Folder;

/// A folder with a labelled log.
struct Evaluator(Folder);

impl Evaluator {
    fn with(log: &str) -> Self {
        let evaluator = Self(Folder::new());
        evaluator.write("log.csv", log);
        evaluator
    }

    /// Writes the small log and the scores of its events.
    fn with_small_log() -> Self {
        let evaluator = Self::with(&format!("{HEADER}{LOG}"));
        evaluator.write("scores.csv", SCORES);
        evaluator
    }

    fn write(&self, name: &str, content: &str) {
        self.0.write(name, content);
    }

    /// Evaluates the log and returns the figures.
    fn figures(&self, extra: &[&str]) -> Value {
        let output = self.0.succeed(&[&["evaluate", "--labels", "log.csv", "--json"], extra].concat());
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    }

    /// Returns the message of an evaluation that must fail.
    fn refusal(&self, extra: &[&str]) -> String {
        self.0.refusal(&[&["evaluate", "--labels", "log.csv"], extra].concat())
    }
}

const HEADER: &str = "event_id,user_id,timestamp,action_type,is_anomaly,anomaly_type,case\n";

/// A log with two attacks and four benign user-days; eve's second event is unjudged.
const LOG: &str = "\
a1,ann,2024-01-01T09:00:00Z,view,0,,
b1,bob,2024-01-01T09:00:00Z,view,0,,
a2,ann,2024-01-02T08:00:00Z,view,1,takeover,1
a3,ann,2024-01-02T10:00:00Z,view,1,takeover,1
b2,bob,2024-01-02T09:00:00Z,view,0,,
e1,eve,2024-01-02T09:00:00Z,view,0,,
e2,eve,2024-01-02T10:00:00Z,view,,,
e3,eve,2024-01-03T09:00:00Z,view,1,leak,2
";

/// The takeover's second event stands out; the leak ranks below one benign user-day.
const SCORES: &str = "event_id,score\na1,1\nb1,4\na2,2\na3,9\nb2,2\ne1,1\ne2,99\ne3,3\n";

#[test]
fn figures_of_a_small_log_are_those_counted_by_hand() {
    let evaluator = Evaluator::with_small_log();
    let figures = evaluator.figures(&["--scores", "scores.csv", "--warm-up", "0", "--budget", "1"]);

    let days = &figures["user_days"];
    assert_eq!((&days["attacked"], &days["benign"]), (&2.into(), &4.into()));
    assert_eq!(days["roc_auc"]["value"], 7.0 / 8.0);
    assert_eq!(days["pr_auc"]["value"], f64::midpoint(1.0, 2.0 / 3.0));
    assert_eq!(days["recall_at_1_percent"]["value"], 0.5);
    assert_eq!(days["threshold_at_1_percent"], 4.0);
    assert_eq!(days["budget"]["alarms"], 3.0, "one a day on three days");
    assert_eq!(days["budget"]["recall"]["value"], 1.0);
    assert_eq!(days["budget"]["precision"]["value"], 2.0 / 3.0);
    assert!(days["probability"].is_null(), "the file says none");
    assert_eq!(figures["events"]["roc_auc"]["value"], (4.0 + 3.0 + 2.5) / 12.0);

    let seen = &figures["detection"];
    assert_eq!((&seen["cases"], &seen["found"]), (&2.into(), &1.into()));
    assert_eq!((&seen["median_events"], &seen["median_hours"]), (&2.0.into(), &2.0.into()));
    let kinds: Vec<_> =
        figures["kinds"].as_array().into_iter().flatten().map(|kind| (&kind["kind"], &kind["roc_auc"])).collect();
    assert_eq!(kinds, [(&"leak".into(), &0.75.into()), (&"takeover".into(), &1.0.into())]);
    assert_eq!(figures["history"][0]["benign"], 4);
}

#[test]
fn a_budget_for_everything_finds_everything_in_every_draw() {
    let evaluator = Evaluator::with_small_log();
    let recall = &evaluator.figures(&["--scores", "scores.csv", "--warm-up", "0", "--budget", "99"])["user_days"]["budget"]
        ["recall"];
    assert_eq!((&recall["value"], &recall["low"], &recall["high"]), (&1.0.into(), &1.0.into(), &1.0.into()));
}

#[test]
fn benign_days_of_the_warm_up_are_not_judged_and_attacked_ones_are() {
    let evaluator = Evaluator::with_small_log();
    let counts = |extra: &[&str]| {
        let days = evaluator.figures(&[&["--scores", "scores.csv"], extra].concat())["user_days"].clone();
        (days["attacked"].as_u64(), days["benign"].as_u64())
    };
    assert_eq!(counts(&["--warm-up", "0.4"]), (Some(2), Some(2)), "from the second day on");
    assert_eq!(counts(&["--warm-up", "0", "--active-days", "1"]), (Some(2), Some(1)), "bob's second day");
}

#[test]
fn a_models_scores_are_measured_exactly_and_its_rows_to_their_six_digits() {
    let evaluator = Evaluator::with(&separable());
    evaluator.0.succeed(&["score", "--input", "log.csv", "--output", "rows.csv"]);
    let by_model = evaluator.figures(&["--warm-up", "0"]);
    let by_rows = evaluator.figures(&["--warm-up", "0", "--scores", "rows.csv"]);
    assert_close(&by_model, &by_rows);
    let mean = |figures: &Value| figures["events"]["probability"]["bins"][0]["predicted"].clone();
    assert_ne!(mean(&by_model), mean(&by_rows), "rows are rounded");
    assert!(by_model["user_days"]["probability"]["brier"]["value"].is_number());
    let rare = evaluator.figures(&["--warm-up", "0", "--prevalence", "0.001"]);
    assert!(rare["user_days"]["pr_auc"]["value"].as_f64() <= by_model["user_days"]["pr_auc"]["value"].as_f64());
    assert_eq!(rare["user_days"]["roc_auc"], by_model["user_days"]["roc_auc"], "of no prevalence");
}

/// Asserts that two values have the same content, numbers within the rounding of rows.
fn assert_close(one: &Value, other: &Value) {
    match (one, other) {
        (Value::Object(ones), Value::Object(others)) => {
            assert!(ones.keys().eq(others.keys()));
            ones.iter().for_each(|(key, one)| assert_close(one, &others[key]));
        }
        (Value::Array(ones), Value::Array(others)) => {
            assert_eq!(ones.len(), others.len());
            ones.iter().zip(others).for_each(|(one, other)| assert_close(one, other));
        }
        (Value::Number(number), Value::Number(rounded)) => {
            let difference = number.as_f64().zip(rounded.as_f64()).map(|(number, rounded)| (number - rounded).abs());
            assert!(difference.is_some_and(|difference| difference < 1e-5), "{number} and {rounded}");
        }
        _ => assert_eq!(one, other),
    }
}

/// Twenty users come by day; each is attacked once by night, with failures, which every single event shows.
fn separable() -> String {
    let header = "user_id,timestamp,action_type,failed_attempts,is_anomaly,anomaly_type\n".to_owned();
    let benign = (1..=28).flat_map(|day| {
        (0..20).map(move |user| format!("u{user},2024-02-{day:02}T{:02}:00:00Z,view,0,0,\n", 8 + (user + day) % 9))
    });
    let attacks = (0..20).flat_map(|user| {
        (0..3).map(move |minute| format!("u{user},2024-03-{:02}T03:{minute:02}:00Z,admin,9,1,night\n", 1 + user))
    });
    std::iter::once(header).chain(benign).chain(attacks).collect()
}

#[test]
fn a_forest_without_a_memory_sees_what_single_events_show() {
    let evaluator = Evaluator::with(&separable());
    let reference = evaluator.figures(&["--warm-up", "0", "--reference"])["reference"].clone();
    for level in ["events", "user_days"] {
        assert_eq!(reference[level]["roc_auc"]["value"], 1.0, "{level}");
        assert_eq!(reference[level]["pr_auc"]["value"], 1.0, "{level}");
    }
}

#[test]
fn the_page_holds_every_drawing_and_asks_for_nothing_else() {
    let evaluator = Evaluator::with(&separable());
    evaluator.figures(&["--warm-up", "0", "--report", "page.html", "--output", "figures.json"]);
    let page = evaluator.0.text("page.html");
    assert_eq!(page.matches("<svg ").count(), 5);
    assert!(!page.contains("<script") && !page.contains("<link") && !page.contains("@import"));
    assert!(serde_json::from_str::<Value>(&evaluator.0.text("figures.json")).is_ok());
}

#[test]
fn what_cannot_be_measured_says_why() {
    let evaluator = Evaluator::with("user_id,timestamp,action_type\nann,2024-01-01T09:00:00Z,view\n");
    assert!(evaluator.refusal(&[]).contains("no column is_anomaly, label or malicious says what is an attack"));

    let benign: String = LOG.split_inclusive('\n').filter(|line| !line.contains(",1,")).collect();
    evaluator.write("log.csv", &format!("{HEADER}{benign}"));
    assert!(evaluator.refusal(&["--warm-up", "0"]).contains("0 attacked and 4 benign user-days are to be judged"));

    evaluator.write("log.csv", &format!("{HEADER}{LOG}"));
    evaluator.write("scores.csv", &format!("{SCORES}zz,5\n"));
    let unknown = evaluator.refusal(&["--scores", "scores.csv"]);
    assert!(unknown.contains("row 8: the labelled log has no record zz"), "{unknown}");
    evaluator.write("scores.csv", "name,score\na1,1\n");
    assert!(evaluator.refusal(&["--scores", "scores.csv"]).contains("found the columns name, score"));
    assert_eq!(evaluator.0.run(&["evaluate", "--labels", "log.csv", "--prevalence", "2"]).status.code(), Some(2));
}

//! `uba evaluate` as a process, on labelled logs small enough to know the answer.

use std::process::{Command, Output};

use serde_json::Value;

/// A folder, and `uba` in it.
struct Evaluator(tempfile::TempDir);

impl Evaluator {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("the temporary folder can be written"))
    }

    fn write(&self, name: &str, content: &str) {
        std::fs::write(self.0.path().join(name), content).expect("the temporary folder can be written");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).expect("the file was written")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let command = Command::new(env!("CARGO_BIN_EXE_lab")).current_dir(&self.0).args(arguments).output();
        command.expect("the program starts")
    }

    /// Evaluates a log and returns the figures.
    fn figures(&self, extra: &[&str]) -> Value {
        let output = self.run(&[&["evaluate", "--labels", "log.csv", "--json"], extra].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    }

    /// Evaluates what must fail, and returns what it says.
    fn refusal(&self, extra: &[&str]) -> String {
        let output = self.run(&[&["evaluate", "--labels", "log.csv"], extra].concat());
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

const HEADER: &str = "event_id,user_id,timestamp,action_type,is_anomaly,anomaly_type,case\n";

/// Two attacks and four benign user-days; eve's second event is not to be judged.
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
    let evaluator = Evaluator::new();
    evaluator.write("log.csv", &format!("{HEADER}{LOG}"));
    evaluator.write("scores.csv", SCORES);
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
    let evaluator = Evaluator::new();
    evaluator.write("log.csv", &format!("{HEADER}{LOG}"));
    evaluator.write("scores.csv", SCORES);
    let recall = &evaluator.figures(&["--scores", "scores.csv", "--warm-up", "0", "--budget", "99"])["user_days"]["budget"]
        ["recall"];
    assert_eq!((&recall["value"], &recall["low"], &recall["high"]), (&1.0.into(), &1.0.into(), &1.0.into()));
}

#[test]
fn benign_days_of_the_warm_up_are_not_judged_and_attacked_ones_are() {
    let evaluator = Evaluator::new();
    evaluator.write("log.csv", &format!("{HEADER}{LOG}"));
    evaluator.write("scores.csv", SCORES);
    let counts = |extra: &[&str]| {
        let days = evaluator.figures(&[&["--scores", "scores.csv"], extra].concat())["user_days"].clone();
        (days["attacked"].as_u64(), days["benign"].as_u64())
    };
    assert_eq!(counts(&["--warm-up", "0.4"]), (Some(2), Some(2)), "from the second day on");
    assert_eq!(counts(&["--warm-up", "0", "--active-days", "1"]), (Some(2), Some(1)), "bob's second day");
}

#[test]
fn the_models_own_scores_and_its_rows_come_to_the_same() {
    let evaluator = Evaluator::new();
    evaluator.write("log.csv", &separable());
    let scored = evaluator.run(&["score", "--input", "log.csv", "--output", "rows.csv"]);
    assert!(scored.status.success(), "{}", String::from_utf8_lossy(&scored.stderr));
    let by_model = evaluator.figures(&["--warm-up", "0"]);
    assert_eq!(by_model, evaluator.figures(&["--warm-up", "0", "--scores", "rows.csv"]));
    assert!(by_model["user_days"]["probability"]["brier"]["value"].is_number());
    let rare = evaluator.figures(&["--warm-up", "0", "--prevalence", "0.001"]);
    assert!(rare["user_days"]["pr_auc"]["value"].as_f64() <= by_model["user_days"]["pr_auc"]["value"].as_f64());
    assert_eq!(rare["user_days"]["roc_auc"], by_model["user_days"]["roc_auc"], "of no prevalence");
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
    let evaluator = Evaluator::new();
    evaluator.write("log.csv", &separable());
    let reference = evaluator.figures(&["--warm-up", "0", "--reference"])["reference"].clone();
    for level in ["events", "user_days"] {
        assert_eq!(reference[level]["roc_auc"]["value"], 1.0, "{level}");
        assert_eq!(reference[level]["pr_auc"]["value"], 1.0, "{level}");
    }
}

#[test]
fn the_page_holds_every_drawing_and_asks_for_nothing_else() {
    let evaluator = Evaluator::new();
    evaluator.write("log.csv", &separable());
    evaluator.figures(&["--warm-up", "0", "--report", "page.html", "--output", "figures.json"]);
    let page = evaluator.read("page.html");
    assert_eq!(page.matches("<svg ").count(), 5);
    assert!(!page.contains("<script") && !page.contains("<link") && !page.contains("@import"));
    assert!(serde_json::from_str::<Value>(&evaluator.read("figures.json")).is_ok());
}

#[test]
fn what_cannot_be_measured_says_why() {
    let evaluator = Evaluator::new();
    evaluator.write("log.csv", "user_id,timestamp,action_type\nann,2024-01-01T09:00:00Z,view\n");
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
    assert_eq!(evaluator.run(&["evaluate", "--labels", "log.csv", "--prevalence", "2"]).status.code(), Some(2));
}

//! Organisation-wide notices in the summary of `score`, of worlds in which people and organisations change.

use crate::Folder;

/// The rates of ordinary life in which no situation is one of the whole organisation.
const PEOPLE_ALONE: &str = "ordinary,place_relabelled=0,new_office=0,fail_over=0,egress_for_all=0,new_application=0,\
                            reorganisation=0,acquisition=0,second_sign_in=0";

/// Returns what the summary of a world with this life says that many users did.
fn notices(life: &str) -> Vec<String> {
    let folder = Folder::new();
    let world = ["generate", "--users", "40", "--days", "150", "--seed", "5", "--life", life, "--out", "world.csv"];
    folder.succeed(&world);
    let output = folder.succeed(&["score", "--input", "world.csv", "--output", "scores.csv"]);
    let summary = String::from_utf8(output.stderr).expect("a summary is text");
    let told = summary.lines().skip_while(|line| !line.starts_with("What many users did")).skip(1);
    let told = told.take_while(|line| line.starts_with("  "));
    told.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_summary_names_a_new_application_and_its_users_and_is_silent_where_people_alone_change() {
    assert_eq!(notices(PEOPLE_ALONE), Vec::<String>::new());
    let of_application = notices(&format!("{PEOPLE_ALONE},new_application=3"));
    let sentence = "15 of 25 active users worked in planner for the first time on 2026-03-12, 11 more since";
    assert_eq!(of_application, [sentence, "u0001, u0002, u0003, u0004, u0005 and 21 more"]);
}

#[test]
fn an_egress_for_everybody_is_told_by_its_exits() {
    let of_egress = notices(&format!("{PEOPLE_ALONE},egress_for_all=3"));
    let sentences = [
        "6 of 25 active users came from 194.25.0.0/16 and were in Frankfurt for the first time on 2026-04-23",
        "13 of 25 active users came from 50.200.0.0/16 for the first time on 2026-04-23",
    ];
    assert_eq!(of_egress.len(), 4);
    assert!(of_egress.iter().step_by(2).zip(sentences).all(|(told, sentence)| told.starts_with(sentence)));
}

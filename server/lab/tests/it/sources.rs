//! Logs of several files.

use std::io::Write as _;

use crate::Folder;

#[test]
fn a_folder_of_several_formats_is_scored_as_one_log() {
    let folder = Folder::new();
    std::fs::create_dir(folder.0.path().join("logs")).expect("a folder");
    folder.write("logs/a.csv", "user_id,timestamp,action_type\nann,2024-01-15 15:30:00,login\n");
    folder.write(
        "logs/b.json",
        r#"{"published": "2024-01-15T14:31:00Z", "eventType": "user.session.end", "actor": {"alternateId": "ann"}}"#,
    );
    let mut archive = zip::ZipWriter::new(std::fs::File::create(folder.0.path().join("logs/c.zip")).expect("a file"));
    archive.start_file("x/c.ndjson", zip::write::SimpleFileOptions::default()).expect("a name");
    archive
        .write_all(br#"{"user_id": "bob", "timestamp": "2024-01-15T14:32:00Z", "action_type": "view"}"#)
        .expect("it can be written");
    archive.finish().expect("it can be written");

    folder.succeed(&["score", "--input", "logs", "--timezone", "+01:00", "--output", "rows.csv"]);
    let rows = folder.text("rows.csv");
    let cells = |row: &str| row.split(',').map(str::to_owned).collect::<Vec<_>>();
    let header = cells(rows.lines().next().expect("a header"));
    let column = |name: &str| header.iter().position(|column| column == name).expect("it is there");
    let shown: Vec<_> = rows
        .lines()
        .skip(1)
        .map(cells)
        .map(|row| ["index", "user_id", "timestamp"].map(|name| row[column(name)].clone()).join(" "))
        .collect();
    assert_eq!(shown, ["0 ann 2024-01-15T14:30:00Z", "1 ann 2024-01-15T14:31:00Z", "2 bob 2024-01-15T14:32:00Z"]);

    let said = folder.refusal(&["score", "--input", "none/*.csv", "--output", "rows.csv"]);
    assert!(said.contains("no file is called none/*.csv"), "{said}");
    let usage = folder.run(&["score", "--input", "logs", "--timezone", "Nowhere", "--output", "rows.csv"]);
    let said = String::from_utf8_lossy(&usage.stderr);
    assert!(
        usage.status.code() == Some(2)
            && said.contains("must be an offset such as +01:00 or a name such as Europe/Berlin"),
        "{said}"
    );
}

//! The sample logs of the product: every record of every file is read.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use shared::{
    event::{Action, Device, Outcome},
    formats::{Format, read},
    places::Places,
};

/// Returns a path of the package that has the samples.
pub(crate) fn lab(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/lab").join(path)
}

fn places() -> Places {
    let packed = fs::read(lab("assets/geo/ipv4-country.mmdb.gz")).expect("the table is there");
    Places::unpack(&packed, |_| None).expect("the table is sound")
}

fn files_in(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(lab(folder)).expect("the folder is there");
    entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file()).collect()
}

#[test]
fn every_sample_of_cloudtrail_is_read_without_an_error() {
    let mut counts = Vec::new();
    for folder in ["", "/delivery", "/stratus"] {
        let mut count = 0;
        for path in files_in(&format!("tests/fixtures/aws_cloudtrail{folder}")) {
            if path.extension().is_some_and(|extension| extension == "md") {
                continue;
            }
            let mut records = read(File::open(&path).expect("a sample"), None, None);
            for record in &mut records {
                assert!(record.event.is_ok(), "{}: {record:?}", path.display());
                count += 1;
            }
            assert_eq!(records.format(), Some(Format::CloudTrail), "{}", path.display());
        }
        counts.push(count);
    }
    assert_eq!(counts, [404, 310, 310]);
}

#[test]
fn the_delivered_file_gives_the_same_events_as_the_lists_it_was_made_from() {
    let texts = |folder: &str| {
        let mut texts = Vec::new();
        for path in files_in(&format!("tests/fixtures/aws_cloudtrail/{folder}")) {
            let records = read(File::open(&path).expect("a sample"), None, None);
            texts.extend(records.map(|record| format!("{:?}", record.event)));
        }
        texts.sort();
        texts
    };
    assert_eq!(texts("delivery"), texts("stratus"));
}

/// The kind of caller that a user of `CloudTrail` is.
fn kind(user: &str) -> &'static str {
    match user {
        "anonymous" => "anonymous callers",
        _ if user.starts_with("service:") => "services",
        _ if user.starts_with("aws-account:") => "other accounts",
        _ if user.contains("AWSReservedSSO_") => "people of IAM Identity Center",
        _ if user.contains(":role/") => "roles",
        _ if user.contains(":federated-user/") => "federated users",
        _ => "IAM users",
    }
}

/// Returns the rows of the table in `docs/FORMATS.md`: files, kinds of callers, their records and their number.
fn callers(name: &str, paths: &[PathBuf]) -> Vec<String> {
    let mut users: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for path in paths {
        for record in read(File::open(path).expect("a sample"), None, None) {
            let user = record.event.expect("it is sound").user.to_string();
            *users.entry((kind(&user), user)).or_default() += 1;
        }
    }
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for ((kind, _), records) in users {
        let counts = kinds.entry(kind).or_default();
        *counts = (counts.0 + records, counts.1 + 1);
    }
    kinds.iter().map(|(kind, (records, users))| format!("| {name} | {kind} | {records} | {users} |")).collect()
}

#[test]
fn the_table_of_callers_in_the_documentation_is_that_of_the_samples() {
    let fixtures = "tests/fixtures/aws_cloudtrail";
    let [ndjson, csv] = ["otrf_ec2_proxy_s3_exfiltration.ndjson", "otrf_s3_honeybucket.csv"];
    let rows = [
        callers(ndjson, &[lab(&format!("{fixtures}/{ndjson}"))]),
        callers(csv, &[lab(&format!("{fixtures}/{csv}"))]),
        callers("stratus/*.json", &files_in(&format!("{fixtures}/stratus"))),
        callers("delivery/*.json.gz", &files_in(&format!("{fixtures}/delivery"))),
    ];
    let documentation = fs::read_to_string(lab("../../docs/FORMATS.md")).expect("the documentation is there");
    let table = rows.concat().join("\n");
    assert!(documentation.contains(&table), "docs/FORMATS.md should have\n{table}");
}

#[test]
fn the_stolen_role_is_distinguished_from_the_administrator_and_its_downloads_are_measured() {
    let file =
        File::open(lab("tests/fixtures/aws_cloudtrail/otrf_ec2_proxy_s3_exfiltration.ndjson")).expect("a sample");
    let places = places();
    let events: Vec<_> = read(file, None, Some(&places)).map(|record| record.event.expect("it is sound")).collect();
    let role = "arn:aws:iam::123456789123:role/MordorNginxStack-BankingWAFRole-9S3E0UAE1MM0/i-*";
    let stolen: Vec<_> = events.iter().filter(|event| event.user.as_str() == role).collect();
    let by_person = events.iter().filter(|event| event.user.as_str() == "arn:aws:iam::123456789123:user/pedro");
    assert_eq!((events.len(), stolen.len(), by_person.clone().count()), (103, 11, 87));
    assert!(by_person.clone().all(|event| event.device == Some(Device::Web)));

    let download = stolen.iter().find(|event| event.action == Action::Download).expect("a download");
    assert_eq!(download.time.to_string(), "2020-09-14T01:02:34Z");
    assert_eq!(download.resource.as_deref(), Some("s3/mordors3stack-s3bucket-llp2yingx64a/ring.txt"));
    assert_eq!(download.volume_mb, Some(89.0 / 1e6));
    assert_eq!(download.device, Some(Device::Cli));
    assert_eq!(download.location.as_deref(), Some("PL"));
    assert_eq!((download.native_action.as_deref(), download.outcome), (Some("GetObject"), Outcome::Success));
}

#[test]
fn callers_from_outside_are_anonymous_or_named_by_their_account() {
    let file = File::open(lab("tests/fixtures/aws_cloudtrail/otrf_s3_honeybucket.csv")).expect("a sample");
    let events: Vec<_> = read(file, None, None).map(|record| record.event.expect("it is sound")).collect();
    let anonymous = events.iter().filter(|event| event.user.as_str() == "anonymous").count();
    assert_eq!((events.len(), anonymous), (301, 284));
    assert!(
        events
            .iter()
            .all(|event| event.resource.as_deref().is_some_and(|path| path.starts_with("s3/microsoft-devtest")))
    );

    let first = &events[0];
    assert_eq!(first.time.to_string(), "2022-02-18T17:34:57Z");
    assert_eq!((first.action, first.device), (Action::View, Some(Device::Web)));
    assert_eq!(first.address, Some([177, 131, 167, 145].into()));
    assert_eq!(first.event_id.as_deref(), Some("283770f5-968d-448d-9328-0b010f4d3696"));
}

#[test]
fn every_row_of_the_sample_log_is_read() {
    let file = File::open(lab("../assets/sample/activity.csv.gz")).expect("the sample log");
    let mut records = read(file, None, None);
    let mut count = 0;
    for record in &mut records {
        assert!(record.event.is_ok(), "{record:?}");
        count += 1;
    }
    assert_eq!((count, records.format()), (114_875, Some(Format::Csv)));
}

#[test]
fn public_addresses_have_a_country_and_private_or_reserved_ones_have_none() {
    let places = places();
    for (address, country) in [
        ("8.8.8.8", Some("US")),
        ("193.0.6.139", Some("NL")),
        ("::ffff:193.0.6.139", Some("NL")),
        ("10.1.2.3", None),
        ("192.168.0.1", None),
        ("127.0.0.1", None),
        ("169.254.1.1", None),
        ("100.64.0.1", None),
        ("203.0.113.9", None),
        ("0.0.0.0", None),
        ("255.255.255.255", None),
        ("2001:db8::1", None),
    ] {
        assert_eq!(places.country(address.parse().expect("an address")), country, "{address}");
    }
}

#[test]
fn a_damaged_table_of_places_is_refused() {
    assert!(Places::new(b"no table".to_vec(), |_| None).is_err());
    assert!(Places::unpack(b"no gzip", |_| None).is_err());
}

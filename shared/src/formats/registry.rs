//! How records of each format are recognised and mapped to events: the one list in which every format is registered.

use jiff::tz::TimeZone;
use strum::VariantArray as _;

use super::{
    Format, azure, box_events, cef, cloudtrail, dropbox, ecs, entra, github, google_cloud, google_workspace,
    json_value::JsonObject, kubernetes, microsoft365, nextcloud, ocsf, okta, own, slack, table::HeaderMapping,
    vendor::mapping_of,
};
use crate::event::{CheckedEvent, ValidationErrors};

/// The time zone of times that name none, if it is known.
pub(super) type Zone<'z> = Option<&'z TimeZone>;

/// How the records of a source are read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading<'z> {
    /// The format of all records; none if that of each is detected.
    pub(super) forced: Option<Format>,
    pub(super) zone: Zone<'z>,
}

/// How records of one format are recognised and mapped to events.
pub(super) struct Mapping {
    pub(super) format: Format,
    /// The fields that records of the format have, for error messages.
    pub(super) expects: &'static str,
    /// The mapping of records that are JSON objects, if the format has such.
    pub(super) objects: Option<ObjectMapping>,
    /// The mapping of records that are rows of a table, if the format has such.
    pub(super) rows: Option<HeaderMapping>,
}

/// The mapping of JSON objects.
pub(super) struct ObjectMapping {
    /// The names under which the vendor's files and responses hold lists of such objects.
    pub(super) lists: &'static [&'static str],
    /// Returns whether an object is such a record.
    pub(super) recognises: fn(&JsonObject) -> bool,
    /// Maps a record to an event.
    pub(super) event: fn(&JsonObject, Zone) -> Result<CheckedEvent, ValidationErrors>,
    /// Maps an object that is no such record as the vendor writes it but has fields of one; none if it has not.
    pub(super) event_if_similar: fn(&JsonObject, Zone) -> Option<Result<CheckedEvent, ValidationErrors>>,
    /// Returns the records that one record stands for, if it stands for several.
    pub(super) parts: fn(&JsonObject) -> Vec<JsonObject<'static>>,
}

/// The mappings of all formats, in the order in which they are tried.
pub(super) static MAPPINGS: [Mapping; 19] = [
    cloudtrail::MAPPING,
    own::JSON,
    own::CSV,
    mapping_of::<azure::Azure>(),
    mapping_of::<entra::SignIns>(),
    mapping_of::<entra::Audits>(),
    mapping_of::<microsoft365::Microsoft365>(),
    mapping_of::<google_cloud::GoogleCloud>(),
    mapping_of::<google_workspace::GoogleWorkspace>(),
    mapping_of::<kubernetes::Kubernetes>(),
    mapping_of::<okta::Okta>(),
    mapping_of::<box_events::BoxEvents>(),
    mapping_of::<dropbox::Dropbox>(),
    mapping_of::<slack::Slack>(),
    mapping_of::<github::GitHub>(),
    mapping_of::<nextcloud::Nextcloud>(),
    mapping_of::<ocsf::Ocsf>(),
    mapping_of::<cef::Cef>(),
    mapping_of::<ecs::Ecs>(),
];

/// The names of the lists in envelopes of `CloudWatch` Logs.
pub(super) const LISTS_OF_ENVELOPES: [&str; 1] = ["logEvents"];
/// The names of the lists in responses and batches, which are taken for such as the first member only: records have
/// lists of these names too.
pub(super) const FIRST_LISTS_OF_ENVELOPES: [&str; 4] = ["events", "results", "records", "hits"];

/// Returns whether an object can hold a list of records under `name`, which may be that of its first member.
pub(super) fn is_list_name(name: &[u8], is_first: bool) -> bool {
    let lists = MAPPINGS.iter().filter_map(|mapping| mapping.objects.as_ref()).flat_map(|objects| objects.lists);
    let of_envelopes = LISTS_OF_ENVELOPES.iter().chain(FIRST_LISTS_OF_ENVELOPES.iter().filter(|_| is_first));
    lists.chain(of_envelopes).any(|list| list.as_bytes() == name)
}

/// Returns the mappings of the `forced` format, or of all.
pub(super) fn allowed(forced: Option<Format>) -> impl Iterator<Item = &'static Mapping> {
    MAPPINGS.iter().filter(move |mapping| forced.is_none_or(|format| mapping.format == format))
}

/// Says which fields a record of the `forced` format must have, or which records are read if there is none.
pub(super) fn expected(forced: Option<Format>) -> String {
    match forced {
        Some(_) => allowed(forced).map(|mapping| mapping.expects).collect::<Vec<_>>().join(", or "),
        None => format!("{}, or a record of {}", own::EXPECTS, vendors()),
    }
}

/// Lists the vendors and standards whose records are read.
pub(super) fn vendors() -> String {
    let others = Format::VARIANTS.iter().filter(|format| !matches!(format, Format::Csv | Format::Json));
    others.map(|format| format.title()).collect::<Vec<_>>().join(", ")
}

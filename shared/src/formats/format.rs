//! The names of the formats.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A format of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum Format {
    /// Rows with the columns of the product's own format.
    Csv,
    /// Objects with the fields of the product's own format.
    Json,
    /// Records of AWS `CloudTrail`, as objects or as rows.
    CloudTrail,
    /// Sign-ins and audits of Microsoft Entra.
    Entra,
    /// The unified audit log of Microsoft 365.
    Microsoft365,
    /// Activity and resource logs of Azure.
    Azure,
    /// Audit logs of Google Cloud.
    GoogleCloud,
    /// Activities of Google Workspace.
    GoogleWorkspace,
    /// Audit events of Kubernetes.
    Kubernetes,
    /// Events of Okta's System Log.
    Okta,
    /// Audit logs of GitHub.
    GitHub,
    /// Audit logs of Slack.
    Slack,
    /// Enterprise events of Box.
    Box,
    /// Events of teams on Dropbox.
    Dropbox,
    /// Events of Nextcloud and ownCloud.
    Nextcloud,
    /// Events of the Open Cybersecurity Schema Framework.
    Ocsf,
    /// Events of the Elastic Common Schema.
    Ecs,
    /// Lines in the Common Event Format.
    Cef,
}

impl Format {
    /// Returns the name by which the format is chosen.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns what people call the format, such as `AWS CloudTrail`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Csv => "the columns of Cloud UBA",
            Self::Json => "the fields of Cloud UBA",
            Self::CloudTrail => "AWS CloudTrail",
            Self::Entra => "Microsoft Entra",
            Self::Microsoft365 => "Microsoft 365",
            Self::Azure => "Azure",
            Self::GoogleCloud => "Google Cloud",
            Self::GoogleWorkspace => "Google Workspace",
            Self::Kubernetes => "Kubernetes",
            Self::Okta => "Okta",
            Self::GitHub => "GitHub",
            Self::Slack => "Slack",
            Self::Box => "Box",
            Self::Dropbox => "Dropbox",
            Self::Nextcloud => "Nextcloud",
            Self::Ocsf => "OCSF",
            Self::Ecs => "ECS",
            Self::Cef => "CEF",
        }
    }
}

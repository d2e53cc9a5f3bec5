//! The kind of act that a call is.

use crate::{
    event::Action,
    formats::act_rules::{first_of, matches},
};

/// Rules that take precedence over all others; `*` matches any text.
const FIRST: [(Action, &[&str]); 3] = [
    (
        Action::Login,
        &[
            "ConsoleLogin",
            "AssumeRole*",
            "AssumeRoot",
            "SwitchRole",
            "GetSessionToken",
            "GetFederationToken",
            "GetSigninToken",
            "GetRoleCredentials",
            "UserAuthentication",
            "Federate",
            "Authenticate",
            "CheckMfa",
            "StartSession",
            "ResumeSession",
        ],
    ),
    (Action::Logout, &["Logout", "SignOut", "TerminateSession"]),
    (
        Action::Download,
        &[
            "GetObject",
            "GetObjectTorrent",
            "SelectObjectContent",
            "GetSecretValue",
            "BatchGetSecretValue",
            "GetParameter",
            "GetParameters",
            "GetParametersByPath",
            "GetParameterHistory",
            "GetPasswordData",
            "GetSnapshotBlock",
            "GetQueryResults*",
            "Download*",
            "Export*",
            "*ExportTask",
        ],
    ),
];

/// Calls that only read, if the record does not say so.
const VIEWS: [&str; 19] = [
    "Get*",
    "List*",
    "Describe*",
    "Head*",
    "BatchGet*",
    "Search*",
    "Lookup*",
    "Query",
    "Scan",
    "Select*",
    "Check*",
    "Validate*",
    "Verify*",
    "Simulate*",
    "Test*",
    "Estimate*",
    "Preview*",
    "View*",
    "Filter*",
];

/// Rules for calls that change something.
const CHANGES: [(Action, &[&str]); 2] = [
    (Action::Delete, &["Delete*", "Terminate*", "BatchDelete*", "Purge*", "Destroy*", "ScheduleKeyDeletion"]),
    (
        Action::Admin,
        &[
            // identities and their credentials
            "Create*User",
            "Update*User",
            "AddUserTo*",
            "RemoveUserFrom*",
            "Create*Role",
            "Update*Role",
            "AddRoleTo*",
            "RemoveRoleFrom*",
            "*AccessKey*",
            "*LoginProfile*",
            "*MFADevice*",
            "*SSHPublicKey*",
            "*Credential*",
            "*Password*",
            "*InstanceProfile*",
            "*SAMLProvider*",
            "*OpenIDConnectProvider*",
            // permissions and sharing
            "*Policy*",
            "*Permission*",
            "*Grant",
            "*Acl*",
            "*ACL*",
            "*PublicAccess*",
            "*Share*",
            "*Sharing*",
            "Modify*Attribute",
            // logging
            "*Logging*",
            "*FlowLogs*",
            "*EventSelectors*",
            "*LogConfig*",
            // network
            "Authorize*",
            "Revoke*",
            "*SecurityGroup*",
            "*Route",
            "*InternetGateway*",
            "*VpcPeering*",
            "*Vpn*",
            "*SerialConsoleAccess",
            // other people's machines
            "SendCommand",
            "ExecuteCommand",
        ],
    ),
];

/// Services of which every change is administrative: identities, organisations, logging and threat detection.
const ADMIN_SERVICES: [&str; 16] = [
    "iam",
    "organizations",
    "account",
    "sso",
    "sso-directory",
    "identitystore",
    "rolesanywhere",
    "ram",
    "cloudtrail",
    "config",
    "guardduty",
    "securityhub",
    "access-analyzer",
    "macie2",
    "inspector2",
    "detective",
];

/// The maximum length of the name of a call that is matched, in bytes.
const LONGEST_NAME: usize = 128;

/// Returns the kind of act, from the name of the event, the service, and whether the record says that the call only
/// read.
pub(super) fn action(event_name: &str, service: &str, is_read_only: Option<bool>) -> Action {
    let name = without_version(event_name);
    if name.len() > LONGEST_NAME {
        return Action::View;
    }
    if let Some(action) = first_of(&FIRST, name) {
        return action;
    }
    if is_read_only == Some(true) || VIEWS.iter().any(|pattern| matches(pattern, name)) {
        return Action::View;
    }
    let otherwise = if ADMIN_SERVICES.contains(&service) { Action::Admin } else { Action::Upload };
    first_of(&CHANGES, name).unwrap_or(otherwise)
}

/// Removes the version of the API from the name of an event: `AddPermission20150331v2`, `…2020_05_31`.
pub(super) fn without_version(event_name: &str) -> &str {
    let is_version = |character: char| character.is_ascii_digit() || matches!(character, '_' | 'v');
    let name = event_name.trim_end_matches(is_version);
    let version = &event_name[name.len()..];
    let digits = version.bytes().filter(u8::is_ascii_digit).count();
    if digits >= 8 && version.starts_with("20") { name } else { event_name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_an_interface_is_no_part_of_the_name() {
        assert_eq!(without_version("AddPermission20150331v2"), "AddPermission");
        assert_eq!(without_version("CreateDistribution2020_05_31"), "CreateDistribution");
        assert_eq!(without_version("GetObjectV2"), "GetObjectV2");
    }

    #[test]
    fn every_kind_of_act_is_told_by_the_name_of_the_event() {
        for (name, service, action) in [
            ("ConsoleLogin", "signin", Action::Login),
            ("AssumeRoleWithWebIdentity", "sts", Action::Login),
            ("TerminateSession", "ssm", Action::Logout),
            ("GetObject", "s3", Action::Download),
            ("GetSecretValue", "secretsmanager", Action::Download),
            ("GetBucketPolicy", "s3", Action::View),
            ("DescribeInstances", "ec2", Action::View),
            ("HeadBucket", "s3", Action::View),
            ("PutObject", "s3", Action::Upload),
            ("RunInstances", "ec2", Action::Upload),
            ("DeleteTrail", "cloudtrail", Action::Delete),
            ("TerminateInstances", "ec2", Action::Delete),
            ("CreateUser", "iam", Action::Admin),
            ("CreateAccessKey", "iam", Action::Admin),
            ("AttachUserPolicy", "iam", Action::Admin),
            ("PutBucketPolicy", "s3", Action::Admin),
            ("StopLogging", "cloudtrail", Action::Admin),
            ("AuthorizeSecurityGroupIngress", "ec2", Action::Admin),
            ("ModifySnapshotAttribute", "ec2", Action::Admin),
            ("AddPermission20150331v2", "lambda", Action::Admin),
            ("UpdateFunctionCode20150331v2", "lambda", Action::Upload),
            ("LeaveOrganization", "organizations", Action::Admin),
        ] {
            assert_eq!(super::action(name, service, None), action, "{name}");
        }
    }

    #[test]
    fn a_record_that_says_it_only_reads_is_a_view_unless_it_is_more() {
        assert_eq!(action("InvokeModel", "bedrock", Some(true)), Action::View);
        assert_eq!(action("AssumeRole", "sts", Some(true)), Action::Login);
        assert_eq!(action("GetObject", "s3", Some(true)), Action::Download);
    }
}

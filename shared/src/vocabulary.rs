//! What the vendors' names of acts and of accounts mean.

use crate::event::{Action, Event};

/// Words in the name of an act that gives something away to others.
const EXPORTING: [&str; 7] = ["export", "invite", "public", "publish", "publicize", "share", "shared"];

/// Tells whether an act gives something away, by the words of its native name: `ShareSnapshot`, `file.share`.
pub fn gives_away(native_action: &str) -> bool {
    words(native_action).any(|word| EXPORTING.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Returns how much an act can do, from 0 for looking to 3 for changing what others may do.
pub fn sensitivity(event: &Event) -> f64 {
    if event.native_action.as_deref().is_some_and(gives_away) {
        return 2.0;
    }
    match event.action {
        Action::View | Action::Login | Action::Logout => 0.0,
        Action::Upload | Action::Download => 1.0,
        Action::Delete => 2.0,
        Action::Admin => MOST_SENSITIVE,
    }
}

/// The sensitivity of the acts that can do most.
pub const MOST_SENSITIVE: f64 = 3.0;

/// How the names of service accounts begin.
const SERVICE_PREFIXES: [&str; 11] = [
    "svc-",
    "svc_",
    "svc.",
    "service-",
    "service_",
    "bot-",
    "bot_",
    "service:",               // a part of AWS that acts by itself
    "system:serviceaccount:", // Kubernetes
    "system:node:",           // Kubernetes
    "serviceaccount:",        // Google Cloud
];
/// How they end.
const SERVICE_SUFFIXES: [&str; 5] = [".gserviceaccount.com", "[bot]", "-svc", "-bot", "_bot"];
/// What the roles contain that only a part of AWS can take.
const SERVICE_ROLE: &str = ":role/aws-service-role/";
/// Departments and roles of accounts that are no persons.
const SERVICE_POSTS: [&str; 7] =
    ["service", "services", "service account", "service-account", "service_account", "bot", "machine"];

/// Tells whether an event's user is no person but a program, by the user's id, department and role.
pub fn is_service_account(event: &Event) -> bool {
    let posts = [event.department.as_deref(), event.role.as_deref()];
    is_name_of_service(event.user.as_str()) || posts.into_iter().flatten().any(is_post_of_service)
}

fn is_post_of_service(post: &str) -> bool {
    SERVICE_POSTS.iter().any(|known| post.eq_ignore_ascii_case(known))
}

fn is_name_of_service(user: &str) -> bool {
    let name = user.as_bytes();
    let begins =
        |prefix: &&str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()));
    let ends = |suffix: &&str| {
        let start = name.len().checked_sub(suffix.len());
        start.is_some_and(|start| name[start..].eq_ignore_ascii_case(suffix.as_bytes()))
    };
    SERVICE_PREFIXES.iter().any(begins)
        || SERVICE_SUFFIXES.iter().any(ends)
        || user.contains(SERVICE_ROLE)
        || is_session_of_machine(user)
}

/// Tells whether a role is used by a virtual machine, whose number is the name of the session:
/// `arn:aws:iam::1:role/web/i-0317f6c6b66ae9c40`.
fn is_session_of_machine(user: &str) -> bool {
    let Some((role, session)) = user.rsplit_once("/i-") else { return false };
    role.contains(":role/")
        && matches!(session.len(), 8 | 17)
        && session.bytes().all(|character| character.is_ascii_hexdigit())
}

/// Splits a name at what is no letter and before capitals that follow small letters.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let parts = name.split(|character: char| !character.is_ascii_alphabetic());
    parts.flat_map(|part| {
        let bytes = part.as_bytes();
        let starts =
            (1..bytes.len()).filter(|at| bytes[*at].is_ascii_uppercase() && bytes[*at - 1].is_ascii_lowercase());
        let ends: Vec<usize> = starts.chain([bytes.len()]).collect();
        let mut start = 0;
        ends.into_iter().map(move |end| &part[std::mem::replace(&mut start, end)..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Action;

    fn login_of(user: &str) -> Event {
        let time = "2024-01-15T14:30:00Z".parse().expect("a time");
        Event::new(user.parse().expect("an id"), time, Action::Login)
    }

    #[test]
    fn a_service_account_is_told_by_its_name() {
        for user in [
            "backup@p1.iam.gserviceaccount.com",
            "serviceAccount:backup",
            "svc-deploy",
            "SVC_BACKUP",
            "dependabot[bot]",
            "bot-7",
            "service:ec2.amazonaws.com",
            "system:serviceaccount:kube-system:dns",
            "arn:aws:iam::1:role/aws-service-role/ops.amazonaws.com/AWSServiceRoleForOps/x",
            "arn:aws:iam::1:role/web/i-0317f6c6b66ae9c40",
        ] {
            assert!(is_service_account(&login_of(user)), "{user}");
        }
        for user in
            ["ann", "abbot", "serviceman@example.com", "arn:aws:iam::1:role/ops/ann", "arn:aws:iam::1:role/ops/i-am"]
        {
            assert!(!is_service_account(&login_of(user)), "{user}");
        }
    }

    #[test]
    fn a_service_account_is_told_by_its_department_or_role() {
        let of = |department: Option<&str>, role: Option<&str>| Event {
            department: department.map(Into::into),
            role: role.map(Into::into),
            ..login_of("u1")
        };
        assert!(is_service_account(&of(None, Some("Service"))) && is_service_account(&of(Some("service"), None)));
        assert!(!is_service_account(&of(Some("customer service"), Some("engineer"))), "people serve too");
    }

    #[test]
    fn an_act_that_gives_something_away_is_told_by_its_words() {
        for act in ["share", "file.share", "ShareSnapshot", "ExportTable", "link_public"] {
            assert!(gives_away(act), "{act}");
        }
        for act in ["modify", "shareholder.view", "PutObject", ""] {
            assert!(!gives_away(act), "{act}");
        }
    }
}

//! Which accounts belong to programs rather than to people.

use crate::event::Event;

/// Prefixes of the ids of service accounts.
const PREFIXES: [&str; 11] = [
    "svc-",
    "svc_",
    "svc.",
    "service-",
    "service_",
    "bot-",
    "bot_",
    "service:",               // services of AWS
    "system:serviceaccount:", // Kubernetes
    "system:node:",           // Kubernetes
    "serviceaccount:",        // Google Cloud
];
/// Suffixes of the ids of service accounts.
const SUFFIXES: [&str; 5] = [".gserviceaccount.com", "[bot]", "-svc", "-bot", "_bot"];
/// A part of the ARN of roles that only services of AWS can assume.
const SERVICE_ROLE: &str = ":role/aws-service-role/";
/// Departments and roles of service accounts.
const POSTS: [&str; 7] =
    ["service", "services", "service account", "service-account", "service_account", "bot", "machine"];

/// Returns whether the user of an event is a program rather than a person, by the user's id, department and role.
pub fn is_service_account(event: &Event) -> bool {
    let posts = [event.department.as_deref(), event.role.as_deref()];
    is_service_id(event.user.as_str()) || posts.into_iter().flatten().any(is_service_post)
}

fn is_service_post(post: &str) -> bool {
    POSTS.iter().any(|known| post.eq_ignore_ascii_case(known))
}

fn is_service_id(user: &str) -> bool {
    let name = user.as_bytes();
    let begins =
        |prefix: &&str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()));
    let ends = |suffix: &&str| {
        let start = name.len().checked_sub(suffix.len());
        start.is_some_and(|start| name[start..].eq_ignore_ascii_case(suffix.as_bytes()))
    };
    PREFIXES.iter().any(begins)
        || SUFFIXES.iter().any(ends)
        || user.contains(SERVICE_ROLE)
        || is_session_of_virtual_machine(user)
}

/// Returns whether the user is a role assumed by virtual machines, whose ids are the names of the sessions:
/// `arn:aws:iam::1:role/web/i-0317f6c6b66ae9c40`, or `arn:aws:iam::1:role/web/i-*` for all of them.
fn is_session_of_virtual_machine(user: &str) -> bool {
    let Some((role, session)) = user.rsplit_once('/') else { return false };
    let machine = session.strip_prefix('m').unwrap_or(session).strip_prefix("i-").unwrap_or_default();
    let is_id = matches!(machine.len(), 8 | 17) && machine.bytes().all(|character| character.is_ascii_hexdigit());
    role.contains(":role/") && (is_id || machine == "*")
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
    fn a_service_account_is_recognised_by_its_id() {
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
            "arn:aws:iam::1:role/web/i-*",
            "arn:aws:iam::1:role/web/mi-*",
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
    fn a_service_account_is_recognised_by_its_department_or_role() {
        let of = |department: Option<&str>, role: Option<&str>| Event {
            department: department.map(Into::into),
            role: role.map(Into::into),
            ..login_of("u1")
        };
        assert!(is_service_account(&of(None, Some("Service"))) && is_service_account(&of(Some("service"), None)));
        assert!(!is_service_account(&of(Some("customer service"), Some("engineer"))), "people serve too");
    }
}

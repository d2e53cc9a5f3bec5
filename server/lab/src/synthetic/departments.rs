//! Departments, and the acts that are usual in them.

use shared::event::Action;
use strum::IntoStaticStr;

/// A department.
pub(super) struct Department {
    pub(super) name: &'static str,
    /// The relative frequencies of [`ACTIONS`].
    mix: [f64; 5],
    /// The volume of a transfer as a multiple of the usual one.
    pub(super) volume: f64,
    /// The share of the people who work here.
    pub(super) share: f64,
    /// Whether its people write scripts, are on call and publish releases.
    pub(super) is_technical: bool,
}

/// The acts between login and logout.
pub(super) const ACTIONS: [Action; 5] = [Action::View, Action::Download, Action::Upload, Action::Delete, Action::Admin];

pub(super) const DEPARTMENTS: [Department; 7] = [
    department("engineering", [50.0, 15.0, 25.0, 6.0, 4.0], 2.0, 0.34, true),
    department("sales", [65.0, 22.0, 12.0, 1.0, 0.2], 1.0, 0.2, false),
    department("finance", [70.0, 18.0, 10.0, 2.0, 0.2], 0.5, 0.12, false),
    department("support", [75.0, 14.0, 9.0, 1.5, 0.5], 1.0, 0.14, false),
    department("people", [72.0, 14.0, 12.0, 2.0, 0.5], 0.4, 0.06, false),
    department("research", [40.0, 32.0, 24.0, 3.0, 1.0], 25.0, 0.08, true),
    department("operations", [40.0, 10.0, 12.0, 8.0, 30.0], 3.0, 0.06, true),
];

pub(super) const ENGINEERING: usize = 0;

const fn department(name: &'static str, mix: [f64; 5], volume: f64, share: f64, is_technical: bool) -> Department {
    Department { name, mix, volume, share, is_technical }
}

/// A role in a department.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Role {
    Member,
    Lead,
    /// Administers the systems of the department.
    Admin,
    /// A service account.
    Service,
}

impl Department {
    /// Returns the relative frequencies of [`ACTIONS`] in a role.
    pub(super) fn mix(&self, role: Role) -> [f64; 5] {
        let [view, download, upload, delete, admin] = self.mix;
        let more = match role {
            Role::Admin => 25.0,
            Role::Lead => 3.0,
            Role::Member | Role::Service => 0.0,
        };
        [view, download, upload, delete, admin + more]
    }
}

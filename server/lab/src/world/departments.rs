//! Departments, and what their people do.

use shared::event::Action;
use strum::IntoStaticStr;

/// What people of a department do.
pub(super) struct Department {
    pub(super) name: &'static str,
    /// Weights of [`ACTIONS`].
    mix: [f64; 5],
    /// How many times the usual volume a transfer has.
    pub(super) volume: f64,
    /// How many of the people work here.
    pub(super) share: f64,
    /// Whether its people write programs, are on call and release.
    pub(super) is_technical: bool,
}

/// What people do between coming and going.
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

/// What somebody is in their department.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Role {
    Member,
    Lead,
    /// Administers what the department uses.
    Admin,
    /// A program, not a person.
    Service,
}

impl Department {
    /// Returns the weights of [`ACTIONS`] for somebody of a role.
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

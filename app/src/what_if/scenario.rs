//! Scenarios: events that one click fills in.

use serde::{Deserialize, Serialize};
use shared::{
    event::{Action, Device},
    profile::Profile,
};
use strum::{EnumString, IntoStaticStr};

use super::{
    Trial,
    usual::{Usual, most_of},
};

/// A kind of event that one click fills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Scenario {
    /// A login, or what a user does who does not log in, at the user's usual place and hour.
    NormalActivity,
    /// A change of rights at 3 o'clock, after six failed attempts.
    NightAdmin,
    /// A download of 5 GB at a place where the user never was.
    FarDownload,
}

impl Scenario {
    /// A place where hardly any user is.
    pub const FAR_PLACE: &str = "Reykjavík";

    /// All scenarios, the most ordinary first.
    pub const ALL: [Self; 3] = [Self::NormalActivity, Self::NightAdmin, Self::FarDownload];

    /// Returns the name that addresses have it by.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns what happens, in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::NormalActivity => "Normal activity in business hours",
            Self::NightAdmin => "Admin action at 03:00 after failed logins",
            Self::FarDownload => "Large download from an unusual place",
        }
    }

    /// Returns the event of this scenario by the user of `trial`, on the same day.
    #[must_use]
    pub fn applied(self, trial: &Trial, profile: &Profile) -> Trial {
        let usual = Usual::of(profile);
        let hour = office_hour(&usual);
        let ordinary = usual.action.filter(|_| !usual.logs_in).unwrap_or(Action::Login);
        let base = Trial {
            user_id: trial.user_id.clone(),
            timestamp: trial.timestamp.clone(),
            resource_id: trial.resource_id.clone(),
            location: usual.place,
            device_type: usual.device.map_or("", Device::name).to_owned(),
            failed_attempts: "0".to_owned(),
            ..Trial::default()
        };
        let doing = |action: Action| action.name().to_owned();
        match self {
            Self::NormalActivity => Trial { action_type: doing(ordinary), ..base.at_hour(hour) },
            Self::NightAdmin => {
                Trial { action_type: doing(Action::Admin), failed_attempts: "6".to_owned(), ..base.at_hour(3) }
            }
            Self::FarDownload => Trial {
                action_type: doing(Action::Download),
                location: Self::FAR_PLACE.to_owned(),
                data_volume_mb: "5000".to_owned(),
                ..base.at_hour(hour)
            },
        }
    }
}

/// Returns the hour from 9 to 16 in which the user is most active, or 10 if there is none.
fn office_hour(usual: &Usual) -> u8 {
    const TEN: u8 = 10;
    let office = usual.hours.iter().copied().filter(|(hour, _)| (9..17).contains(hour));
    most_of(office).and_then(|hour| u8::try_from(hour).ok()).unwrap_or(TEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_a_whole_event_of_the_same_user_and_day() {
        let trial = Trial { user_id: "ann".to_owned(), timestamp: "2026-11-20T22:15".to_owned(), ..Trial::default() };
        let times = Scenario::ALL.map(|scenario| {
            let trial = scenario.applied(&trial, &Profile::default());
            assert!(trial.event().is_ok(), "{scenario:?}");
            trial.timestamp
        });
        assert_eq!(times, ["2026-11-20T10:15", "2026-11-20T03:15", "2026-11-20T10:15"]);
    }

    #[test]
    fn a_scenario_is_found_by_its_name() {
        assert!(Scenario::ALL.iter().all(|scenario| scenario.name().parse() == Ok(*scenario)));
    }
}

//! The usual value of a family for a user.

use strum::VariantArray;

use super::{UsualValue, single};
use crate::{
    event::Device,
    families::{Family, device::in_words},
    profile::{DecayClock, Profile},
    value::Value,
    values::Values,
};

const HOURS: usize = 24;
/// The minimum share of a user's activity within the usual hours.
const SHARE_OF_USUAL_HOURS: f64 = 0.9;
/// The maximum number of usual hours. A user who is active in more has none.
const MOST_USUAL_HOURS: usize = 16;

/// Returns what is usual for the user of `profile` in place of the event's value of a family; none if the profile has no
/// names for the family's values, or nothing is usual.
pub(super) fn of_family(family: Family, values: &Values, profile: &Profile, clock: &DecayClock) -> Option<UsualValue> {
    let most_frequent = |values: Vec<(&str, f64)>| values.first().map(|(name, share)| usual(name, *share));
    match family {
        Family::Location => most_frequent(profile.usual_places(clock)),
        Family::Project => most_frequent(profile.usual_projects(clock)),
        Family::Device => {
            let (device, share) = profile.shares(family, clock).max_by(|(_, a), (_, b)| a.total_cmp(b))?;
            Some(usual(in_words(Device::VARIANTS[device]), share))
        }
        Family::Hour => {
            let Some(Value::Slot(slot)) = values.get(family) else { return None };
            let mut shares = [0.0; HOURS];
            profile.shares(family, clock).for_each(|(hour, share)| shares[hour] = share);
            usual_hours(&shares, usize::from(slot) - family.slots().start)
        }
        _ => None,
    }
}

/// Returns the fewest hours in a row, over midnight too, that have the usual share; none if there are too many of them
/// or `hour` is one of them.
fn usual_hours(shares: &[f64; HOURS], hour: usize) -> Option<UsualValue> {
    let within = |first: usize, length: usize| (first..first + length).map(|hour| shares[hour % HOURS]).sum::<f64>();
    let (first, length, share) = (1..=MOST_USUAL_HOURS).find_map(|length| {
        let shares = (0..HOURS).map(|first| (first, within(first, length)));
        let (first, share) = shares.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        (share >= SHARE_OF_USUAL_HOURS).then_some((first, length, share))
    })?;
    let is_usual = (hour + HOURS - first) % HOURS < length;
    let end = (first + length) % HOURS;
    (!is_usual).then(|| usual(&format!("{first:02}:00-{end:02}:00 UTC"), share))
}

fn usual(name: &str, share: f64) -> UsualValue {
    UsualValue { name: name.into(), share: single(share) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the usual hours, beside which an event at an hour is told, of a user with the same share in some hours.
    fn told(active: impl Iterator<Item = usize>, hour: usize) -> Option<String> {
        let active: Vec<usize> = active.collect();
        let mut shares = [0.0; HOURS];
        for hour in &active {
            shares[*hour] = 1.0 / f64::from(u8::try_from(active.len()).expect("few"));
        }
        usual_hours(&shares, hour).map(|usual| usual.name.into())
    }

    #[test]
    fn usual_hours_are_the_fewest_in_a_row_and_may_pass_midnight() {
        assert_eq!(told(8..16, 3).as_deref(), Some("08:00-16:00 UTC"));
        assert_eq!(told((22..24).chain(0..4), 12).as_deref(), Some("22:00-04:00 UTC"));
    }

    #[test]
    fn usual_hours_are_not_told_of_an_event_in_them_or_of_a_user_of_all_hours() {
        assert_eq!(told(8..12, 9), None);
        assert_eq!(told(0..24, 3), None);
    }
}

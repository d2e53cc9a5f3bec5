//! The program that sent the request.

use super::{Domain, FLAT_DISCOUNT, FamilySpec, Frames, Moment, Smoothing};

pub(super) const SPEC: FamilySpec = FamilySpec {
    name: "user_agent",
    plural: "programs",
    prior_weight: 0.3,
    smoothing: Smoothing { alpha: 1.0, discount: FLAT_DISCOUNT },
    domain: Domain::Names { nominal_values: 20.0, name },
    describe,
    frames: Frames { never: "First activity with {}", rarely: "Rarely uses {}", today: "Not used before today: {}" },
};

/// Returns the user agent up to its first digit, so that an update of the program is no new value.
fn name<'a>(moment: &Moment<'a>) -> Option<&'a str> {
    let user_agent = moment.event.user_agent.as_deref()?;
    let end = user_agent.find(|character: char| character.is_ascii_digit()).unwrap_or(user_agent.len());
    Some(&user_agent[..end])
}

fn describe(moment: &Moment) -> String {
    moment.event.user_agent.as_deref().unwrap_or_default().to_owned()
}

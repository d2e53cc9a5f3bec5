//! The steps of a logarithmic slider for volumes: an unknown one, then from 0.1 MB to 100 GB.

/// The last step of the slider.
pub const LAST_STEP: u16 = 121;
/// Volume at the first step after the unknown one, in megabytes.
const LEAST_MB: f64 = 0.1;
/// Steps from one power of ten to the next.
const STEPS_A_DECADE: f64 = 20.0;

/// Returns the volume in megabytes at a step, to two significant figures; none at the first step.
pub fn volume_at(step: u16) -> Option<f64> {
    let steps = step.min(LAST_STEP).checked_sub(1)?;
    let exact = LEAST_MB * 10_f64.powf(f64::from(steps) / STEPS_A_DECADE);
    let digits = if exact < 1.0 { 2 } else { 1 };
    Some(if exact < 10.0 { rounded(exact, digits) } else { whole(exact) })
}

fn rounded(exact: f64, digits: i32) -> f64 {
    let unit = 10_f64.powi(digits);
    (exact * unit).round() / unit
}

fn whole(exact: f64) -> f64 {
    let unit = 10_f64.powf(exact.log10().floor() - 1.0).round().max(1.0);
    (exact / unit).round() * unit
}

/// Returns the step nearest to a volume in megabytes; the first one for an unknown volume.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lies between 1 and the last step")]
pub fn step_of(volume_mb: Option<f64>) -> u16 {
    let Some(volume_mb) = volume_mb else { return 0 };
    let step = 1.0 + (volume_mb.max(LEAST_MB) / LEAST_MB).log10() * STEPS_A_DECADE;
    step.round().clamp(1.0, f64::from(LAST_STEP)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slider_goes_from_unknown_by_a_tenth_of_a_megabyte_to_a_hundred_gigabytes() {
        let volumes = [1, 21, 27, 41, 67, 121, 999].map(volume_at);
        assert_eq!(volumes, [0.1, 1.0, 2.0, 10.0, 200.0, 100_000.0, 100_000.0].map(Some));
        assert_eq!(volume_at(0), None);
    }

    #[test]
    fn each_step_is_found_again_by_its_volume() {
        assert!((0..=LAST_STEP).all(|step| step_of(volume_at(step)) == step));
        assert_eq!([0.0, -1.0, f64::INFINITY].map(|volume| step_of(Some(volume))), [1, 1, LAST_STEP]);
    }
}

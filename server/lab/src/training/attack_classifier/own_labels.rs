//! How much the labels of logs count beside made-up attacks.

use super::rows::{SampledRow, Source};

/// The number of labelled events of attacks that count as much as all made-up attacks together.
const EQUAL_TO_MADE_UP: f64 = 200.0;

/// Returns the weight of each row in the training of the forest.
///
/// Of the attacks and of the benign rows alike, labelled rows have the part n / (n + [`EQUAL_TO_MADE_UP`]) of the weight
/// for n labelled events of attacks: made-up attacks help while there are few real ones, and blur them later. Without
/// labelled attacks every row has the weight 1.
#[expect(clippy::cast_precision_loss, reason = "numbers of rows are exact in 53 bits")]
pub(super) fn weigh(rows: &[SampledRow]) -> Vec<f64> {
    let labelled = |attack| rows.iter().filter(move |row| is_labelled(row) && is_attack(row) == attack);
    let attacks = represented(labelled(true));
    if attacks == 0.0 {
        return vec![1.0; rows.len()];
    }
    let of_class = |attack| {
        let others = rows.iter().filter(|row| !is_labelled(row) && is_attack(row) == attack).count();
        attacks / EQUAL_TO_MADE_UP * (others as f64).max(1.0) / represented(labelled(attack))
    };
    let (attack, benign) = (of_class(true), of_class(false));
    let weight = |row: &SampledRow| match (is_labelled(row), is_attack(row)) {
        (false, _) => 1.0,
        (true, true) => attack * row.origin.represents,
        (true, false) => benign * row.origin.represents,
    };
    rows.iter().map(weight).collect()
}

fn is_labelled(row: &SampledRow) -> bool {
    row.origin.source == Source::Log
}

fn is_attack(row: &SampledRow) -> bool {
    row.origin.kind.is_some()
}

fn represented<'a>(rows: impl Iterator<Item = &'a SampledRow>) -> f64 {
    rows.map(|row| row.origin.represents).sum()
}

#[cfg(test)]
mod tests {
    use shared::{
        features::{FEATURES, Features},
        signals::PerSignal,
    };

    use super::{super::rows::Origin, *};

    const NO_FEATURES: Features = [f32::NAN; FEATURES];

    fn rows(source: Source, kind: Option<&str>, count: usize, represents: f64) -> impl Iterator<Item = SampledRow> {
        let origin = Origin { source, kind: kind.map(Box::from), represents };
        let signals = PerSignal::default();
        (0..count).map(move |_| SampledRow { features: NO_FEATURES, signals, origin: origin.clone(), user: 1, time: 0 })
    }

    #[test]
    fn labelled_rows_outweigh_made_up_ones_as_their_attacks_grow_in_number() {
        for (attacks, part) in [(10, 1.0 / 21.0), (200, 0.5), (1800, 0.9)] {
            let all: Vec<_> = rows(Source::World, Some("takeover"), 500, 2.0)
                .chain(rows(Source::World, None, 5000, 30.0))
                .chain(rows(Source::Log, Some("phishing"), attacks, 1.0))
                .chain(rows(Source::Log, None, 4000, 2.0))
                .collect();
            let weights = weigh(&all);
            for attack in [true, false] {
                let of_class = || all.iter().zip(&weights).filter(|(row, _)| is_attack(row) == attack);
                let labelled: f64 = of_class().filter(|(row, _)| is_labelled(row)).map(|(_, weight)| weight).sum();
                let total: f64 = of_class().map(|(_, weight)| weight).sum();
                assert!((labelled / total - part).abs() < 1e-9, "{attacks} attacks: {labelled} of {total}");
            }
        }
    }

    #[test]
    fn without_labelled_attacks_all_rows_weigh_the_same() {
        let made_up = rows(Source::World, Some("takeover"), 3, 2.0).chain(rows(Source::History, None, 4, 9.0));
        let all: Vec<_> = made_up.chain(rows(Source::Log, None, 2, 5.0)).collect();
        assert_eq!(weigh(&all), [1.0; 9]);
    }
}

//! Pseudo-random numbers from a seed, the same on every platform.

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The generator `SplitMix64` (Steele, Lea and Flood, <https://doi.org/10.1145/2660193.2660195>).
#[derive(Debug, Clone)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// Returns the generator with this state.
    pub fn of_state(state: u64) -> Self {
        Self(state)
    }

    /// Returns the stream with a `number` among the streams of a `seed`; the streams are independent.
    pub fn stream(seed: u64, number: u64) -> Self {
        Self(mixed(seed ^ mixed(number)))
    }

    /// Draws 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mixed(self.0)
    }

    /// Draws a number below `limit`, each as likely as the others.
    pub fn below(&mut self, limit: usize) -> usize {
        let scaled = (u128::from(self.bits()) * limit as u128) >> 64;
        usize::try_from(scaled).expect("it is below `limit`")
    }

    /// Draws a number above 0 and below 1, evenly distributed.
    #[expect(clippy::cast_precision_loss, reason = "52 bits are exact")]
    pub fn share(&mut self) -> f64 {
        const STEPS: f64 = (1_u64 << 52) as f64;
        ((self.bits() >> 12) as f64 + 0.5) / STEPS
    }
}

/// Returns the output of `SplitMix64` for a state.
fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

//! The transcendental functions of the detector, from one pure-Rust library.
//!
//! The platforms' own differ in the last bit; these give the same bits natively and in the browser.

/// Logarithm to base 2.
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// Logarithm to base 10.
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// Natural logarithm of `1 + x`.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Power of 2.
pub fn exp2(x: f64) -> f64 {
    libm::exp2(x)
}

/// Power of 10.
pub fn exp10(x: f64) -> f64 {
    libm::exp10(x)
}

/// Power of e.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Sine of an angle in radians.
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Angle in radians, from -π/2 to π/2, of which `x` is the sine.
pub fn asin(x: f64) -> f64 {
    libm::asin(x)
}

/// Cosine of an angle in radians.
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Third root.
pub fn cbrt(x: f64) -> f64 {
    libm::cbrt(x)
}

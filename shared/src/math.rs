//! The transcendental functions of the detector, from one pure-Rust library.
//!
//! Those of the platforms differ in the last bit; these give the same bits natively and in the browser.

/// Returns the logarithm of `x` to base 2.
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// Returns the logarithm of `x` to base 10.
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// Returns the natural logarithm of `1 + x`.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Returns the natural logarithm of `x`.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Returns the complementary error function of `x`.
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// Returns 2 to the power `x`.
pub fn exp2(x: f64) -> f64 {
    libm::exp2(x)
}

/// Returns 10 to the power `x`.
pub fn exp10(x: f64) -> f64 {
    libm::exp10(x)
}

/// Returns e to the power `x`.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Returns the sine of an angle in radians.
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Returns the angle in radians, from -π/2 to π/2, whose sine is `x`.
pub fn asin(x: f64) -> f64 {
    libm::asin(x)
}

/// Returns the cosine of an angle in radians.
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Returns the cube root of `x`.
pub fn cbrt(x: f64) -> f64 {
    libm::cbrt(x)
}
